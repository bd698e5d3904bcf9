"""Metrics of bias: how the distribution of answers differs from that of the truth."""

from __future__ import annotations

import numpy as np

from harness.metrics.algebra import class_counts, ratio
from harness.metrics.outcome import Labelled, LabelSets
from harness.metrics.registry import Reasons, metric
from harness.stats.arrays import Floats, Weights

_NONE_ANSWERED = "no answer names a label"
_REASONS: Reasons = (("no item has a label", lambda outcome: not outcome.counted[:, : len(outcome.labels)].any()),)


@metric(
    "bias",
    line="Jensen-Shannon divergence between the distributions of answered and true labels",
    higher_is_better=False,
    reasons=_REASONS,
    undefined=_NONE_ANSWERED,
    biased=True,
    interval="corrected",
)
def answer_jsd(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) divergences to base 2, in [0, 1] (Lin 1991, IEEE Trans. Inf. Theory 37(1), 145-151).

    For one label an item, no answer counts as a label of its own. NaN if no answer names a label.
    """
    true, said = shares(outcome, weights)
    from scipy.spatial.distance import jensenshannon

    found = np.asarray(jensenshannon(true, said, base=2, axis=1), dtype=np.float64) ** 2
    return np.where(said[:, : len(outcome.labels)].any(axis=1), found, np.nan)


@metric(
    "bias",
    line="largest excess of a label: its fraction of answered labels - its fraction of true labels",
    higher_is_better=False,
    reasons=_REASONS,
    undefined=_NONE_ANSWERED,
    biased=True,
    interval="corrected",
    caveat="biased upward as the largest of several excesses, and the interval may cover less often than it states",
)
def overuse(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) largest excesses over the k labels, in [0, 1]; NaN if no answer names a label."""
    most: Floats = excess(outcome, weights).max(axis=1)
    return np.maximum(0, most)


def excess(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws, k) fractions of answered labels minus fractions of true labels.

    Missing labels are left out of the first. Else a model that names few labels would seem to over-use little.
    """
    counts = class_counts(outcome, weights)
    true, said = (ratio(one, one.sum(axis=1, keepdims=True)) for one in (counts.gold, counts.predicted))
    over: Floats = said - true
    return over


def shares(outcome: Labelled | LabelSets, weights: Weights) -> tuple[Floats, Floats]:
    """Return (draws, k + 1) fractions of each label among true and among answered labels.

    The last column is the fraction of items without an answer if items have one label each; 0 for sets.
    """
    counts = class_counts(outcome, weights)
    rest = np.zeros((len(weights), 1))
    silent = (counts.gold - counts.predicted).sum(axis=1, keepdims=True) if isinstance(outcome, Labelled) else rest
    true, said = np.hstack([counts.gold, rest]), np.hstack([counts.predicted, silent])
    return ratio(true, true.sum(axis=1, keepdims=True)), ratio(said, said.sum(axis=1, keepdims=True))
