"""Metrics of answered against true labels, one or a set an item; definitions as in scikit-learn's `metrics`.

An answer that names no label is wrong: it lowers its true labels' recall and counts for no label's precision.
"""

from __future__ import annotations

import numpy as np

from harness.kinds import Kind
from harness.metrics.algebra import class_counts, mean_where, ratio, weighted_mean
from harness.metrics.outcome import Floats, Labelled, LabelSets, Weights
from harness.metrics.registry import metric


@metric(Kind.SINGLE_LABEL, Kind.CHOICE, line="share of items whose answer is the true label", proportion=True)
def accuracy(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) weighted shares of right answers, in [0, 1]."""
    return weighted_mean((outcome.gold == outcome.predicted).astype(np.float64), weights)


@metric(Kind.SINGLE_LABEL, line="mean recall over the labels that occur, each label counting the same")
def balanced_accuracy(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) means of recall over labels with items, in [0, 1] (`balanced_accuracy_score`)."""
    counts = class_counts(outcome, weights)
    return mean_where(ratio(counts.hits, counts.gold), counts.gold > 0)


@metric(Kind.SINGLE_LABEL, Kind.MULTI_LABEL, line="mean F1 over the labels that occur, each label counting the same")
def macro_f1(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of F1 over labels with items, in [0, 1] (`f1_score(average='macro', labels=present)`)."""
    counts = class_counts(outcome, weights)
    return mean_where(ratio(2 * counts.hits, counts.gold + counts.predicted), counts.gold > 0)


@metric(Kind.MULTI_LABEL, line="F1 over all item-label pairs; common labels weigh most")
def micro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) micro-averaged F1, in [0, 1]."""
    counts = class_counts(outcome, weights)
    return ratio(2 * counts.hits.sum(axis=1), (counts.gold + counts.predicted).sum(axis=1))


@metric(Kind.MULTI_LABEL, line="mean over items of F1 between the two sets")
def samples_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of 2 |A and B| / (|A| + |B|), in [0, 1]; two empty sets agree fully."""
    true, answered, both = outcome.sizes
    return weighted_mean(np.where(true + answered > 0, ratio(2 * both, true + answered), 1.0), weights)


@metric(Kind.MULTI_LABEL, line="mean over items of intersection over union of the two sets")
def jaccard(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of |A and B| / |A or B|, in [0, 1]; two empty sets agree fully."""
    true, answered, both = outcome.sizes
    either = true + answered - both
    return weighted_mean(np.where(either > 0, ratio(both, either), 1.0), weights)


@metric(Kind.MULTI_LABEL, line="mean number of labels an answer names", higher_is_better=None)
def set_size(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) mean sizes of the answered sets, in [0, k]."""
    return weighted_mean(outcome.sizes[1], weights)


@metric(Kind.MULTI_LABEL, line="mean number of labels that are true", higher_is_better=None, chance=None)
def set_size_true(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) mean sizes of the true sets, in [0, k]."""
    return weighted_mean(outcome.sizes[0], weights)


def confusion_counts(outcome: Labelled) -> np.ndarray:
    """Return (k, k + 1) counts of answers by truth; the last column holds answers that named no label."""
    k = len(outcome.labels)
    column = np.where(outcome.predicted < 0, k, outcome.predicted)
    return np.bincount(outcome.gold * (k + 1) + column, minlength=k * (k + 1)).reshape(k, k + 1)
