"""Metrics of answered against true labels, one or a set for each item; definitions as in scikit-learn's `metrics`.

An answer without a label is wrong: it lowers recall and has no effect on precision.
"""

from __future__ import annotations

from math import inf

import numpy as np

from harness.metrics.algebra import class_counts, mean_where, once, ratio, weighted_mean
from harness.metrics.outcome import Labelled, LabelSets
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights


@metric(
    "classes",
    line="fraction of items whose answer is the true label",
    proportion=True,
)
def accuracy(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) fractions of right answers, in [0, 1] (`accuracy_score`)."""
    return weighted_mean((outcome.gold == outcome.predicted).astype(np.float64), weights)


@metric("classes", line="mean recall over the labels that occur", per_label=True)
def balanced_accuracy(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) means of recall over labels with items, in [0, 1] (`balanced_accuracy_score`)."""
    counts = class_counts(outcome, weights)
    return mean_where(ratio(counts.hits, counts.gold), counts.gold > 0)


@metric(
    "classes",
    "sets",
    line="mean F1 over the labels that occur",
    undefined="no item has a label",
    per_label=True,
    interval="student",
)
def macro_f1(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of F1 over labels with items, in [0, 1] (`f1_score(average='macro', labels=present)`).

    F1 is 2 hits / (true + answered).
    """
    counts = class_counts(outcome, weights)
    return mean_where(ratio(2 * counts.hits, counts.gold + counts.predicted), counts.gold > 0)


@metric(
    "classes",
    "sets",
    line="mean F1 over all labels; 0 for a label that is neither true nor answered",
    per_label=True,
    interval="student",
)
def macro_f1_all(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of F1 over all k labels, in [0, 1] (`f1_score(average='macro', zero_division=0)`)."""
    counts = class_counts(outcome, weights)
    f1 = ratio(2 * counts.hits, counts.gold + counts.predicted)
    return np.nan_to_num(f1).mean(axis=1) if len(outcome.gold) else np.full(len(weights), np.nan)


@metric(
    "classes",
    line="Matthews correlation of answered and true labels",
    reasons=(("all items have the same true label", lambda outcome: np.unique(outcome.gold).size == 1),),
    undefined="all answers are the same",
    span=(-1.0, 1.0),
    chance=0.0,
)
def mcc(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) multi-class Matthews correlations, in [-1, 1] (`matthews_corrcoef`).

    (c s - sum p t) / sqrt((s^2 - sum p^2)(s^2 - sum t^2)): c right answers of s items, t true and p answered counts of
    each label; no answer is a class of its own. Gorodkin (2004), Comput. Biol. Chem. 28, 367-374.
    """
    true, said, hits = _margins(outcome, weights)
    total = true.sum(axis=1)
    covariance = hits * total - (true * said).sum(axis=1)
    spread = (total**2 - (said**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1))
    return ratio(covariance, np.sqrt(spread))


@metric(
    "classes",
    line="Cohen's kappa: agreement of answers with truth beyond chance agreement",
    undefined="all answers and all true labels are the same label",
    span=(-1.0, 1.0),
)
def cohen_kappa(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) Cohen's kappas, in [-1, 1] (`cohen_kappa_score`); no answer is a class of its own.

    (p_o - p_e) / (1 - p_e), p_e = sum t p / s^2. Cohen (1960), Educ. Psychol. Meas. 20, 37-46.
    """
    true, said, hits = _margins(outcome, weights)
    total = true.sum(axis=1)
    expected = ratio((true * said).sum(axis=1), total**2)
    return ratio(ratio(hits, total) - expected, 1 - expected)


@metric(
    "sets",
    line="F1 over all item-label pairs; common labels have the most weight",
    undefined="no item has a label and no answer names one",
)
def micro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) values of 2 sum |A and B| / sum (|A| + |B|), in [0, 1] (`f1_score(average='micro')`)."""
    counts = class_counts(outcome, weights)
    return ratio(2 * counts.hits.sum(axis=1), (counts.gold + counts.predicted).sum(axis=1))


@metric("sets", line="mean over items of F1 between true and answered set")
def samples_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of 2 |A and B| / (|A| + |B|), in [0, 1]; two empty sets agree fully.

    `f1_score(average='samples')`
    """
    return weighted_mean(_item_f1(outcome), weights)


@metric("sets", line="mean over items of intersection over union of true and answered set")
def jaccard(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of |A and B| / |A or B|, in [0, 1] (`jaccard_score`); two empty sets agree fully."""
    return weighted_mean(_item_jaccard(outcome), weights)


@metric("sets", line="mean number of answered labels", higher_is_better=None, span=(0.0, inf))
def set_size(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) mean sizes of the answered sets, in [0, k]."""
    return weighted_mean(outcome.sizes[1], weights)


@metric(
    "sets",
    line="mean over labels of true positive rate - false positive rate; 0 for any constant answer",
    undefined="no label is true for some items and false for others",
    per_label=True,
    chance=0.0,
    span=(-1.0, 1.0),
)
def informedness(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of Youden's J over labels true of some but not all items, in [-1, 1].

    J is hits / true - false alarms / false (`balanced_accuracy_score(adjusted=True)` by label).
    Youden (1950), Cancer 3, 32-35; as informedness in Powers (2011), J. Machine Learning Technologies 2(1), 37-63.
    """
    counts = class_counts(outcome, weights)
    false = weights.sum(axis=1)[:, None] - counts.gold
    gained = ratio(counts.hits, counts.gold) - ratio(counts.predicted - counts.hits, false)
    return mean_where(gained, (counts.gold > 0) & (false > 0))


@metric(
    "sets",
    line="Cohen's kappa over all labels together: agreement beyond that of the labels' rates; 0 for a constant answer",
    undefined="every answer names all labels that are true of all items, and no other",
    chance=0.0,
    span=(-1.0, 1.0),
)
def pooled_kappa(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) pooled kappas, in [-1, 1]: sum over labels of p_o - p_e, divided by the sum of 1 - p_e.

    p_o and p_e are the observed and the chance agreement of one label (`cohen_kappa_score`). De Vries et al. (2008),
    Field Methods 20(3), 272-282.
    """
    counts = class_counts(outcome, weights)
    total = weights.sum(axis=1)[:, None]
    both = counts.gold * counts.predicted
    beyond = 2 * (total * counts.hits - both)
    return ratio(beyond.sum(axis=1), (total * (counts.gold + counts.predicted) - 2 * both).sum(axis=1))


@metric("sets", line="mean number of true labels", higher_is_better=None, chance=None, span=(0.0, inf))
def set_size_true(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) mean sizes of the true sets, in [0, k]."""
    return weighted_mean(outcome.sizes[0], weights)


def _margins(outcome: Labelled, weights: Weights) -> tuple[Floats, Floats, Floats]:
    """Return (draws, k + 1) counts of true and answered labels, the last for none, and (draws,) right answers."""
    counts = class_counts(outcome, weights)
    silent = counts.gold.sum(axis=1, keepdims=True) - counts.predicted.sum(axis=1, keepdims=True)
    true = np.hstack([counts.gold, np.zeros_like(silent)])
    return true, np.hstack([counts.predicted, silent]), counts.hits.sum(axis=1)


@once
def _item_f1(outcome: LabelSets) -> Floats:
    true, answered, both = outcome.sizes
    return np.where(true + answered > 0, ratio(2 * both, true + answered), 1.0)


@once
def _item_jaccard(outcome: LabelSets) -> Floats:
    true, answered, both = outcome.sizes
    either = true + answered - both
    return np.where(either > 0, ratio(both, either), 1.0)


def confusion_counts(outcome: Labelled) -> np.ndarray:
    """Return (k, k + 1) counts of answers (columns) by truth; the last column counts answers without a label."""
    k = len(outcome.labels)
    column = np.where(outcome.predicted < 0, k, outcome.predicted)
    return np.bincount(outcome.gold * (k + 1) + column, minlength=k * (k + 1)).reshape(k, k + 1)
