"""Metrics of a ranking of items within each label; definitions as in scikit-learn's `metrics` module.

Both metrics need the weights of true and false items above each threshold at which a true item enters. Items are sorted
once for each label; a draw then costs two cumulative sums over these thresholds. Items with equal scores form one
threshold.
"""

from __future__ import annotations

import numpy as np

from harness.metrics.algebra import mean_where, ratio
from harness.metrics.outcome import Ranked
from harness.metrics.registry import metric
from harness.metrics.thresholds import Areas, cumulative
from harness.stats.arrays import Floats, Weights

_UNDEFINED = "no label is true for some items and false for others"
_CELLS = 500_000


@metric(
    "ranking",
    line="mean over labels of average precision (area under precision against recall)",
    undefined="no item has a label",
    per_label=True,
    biased=True,
    interval="jackknife",
    reliable_from=150,
)
def mean_ap(outcome: Ranked, weights: Weights) -> Floats:
    """Return (draws,) means of `average_precision_score` over the labels that occur, in [0, 1].

    Sum over thresholds of precision x rise in recall; equal scores form one threshold, items without a score the last.
    """
    precision = areas(outcome, weights).precision
    return mean_where(precision, ~np.isnan(precision))


@metric(
    "ranking",
    line="mean over labels of the probability that a true item ranks above a false one (ties half)",
    undefined=_UNDEFINED,
    per_label=True,
)
def macro_auc(outcome: Ranked, weights: Weights) -> Floats:
    """Return (draws,) means over labels of `roc_auc_score`, in [0, 1]; labels of all or no items are left out."""
    roc = areas(outcome, weights).roc
    return mean_where(roc, ~np.isnan(roc))


def areas(outcome: Ranked, weights: Weights) -> Areas:
    """Return both areas of each label for (draws, n) weights."""
    latest = outcome.latest
    if latest.weights is not weights:
        block = max(1, _CELLS // weights.shape[1])
        parts = [_areas(outcome, weights[start : start + block]) for start in range(0, len(weights), block)]
        latest.areas = Areas(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))
        latest.weights = weights
    return latest.areas


def _areas(outcome: Ranked, weights: Weights) -> tuple[Floats, Floats]:
    """Return (draws, k) average precisions and ROC areas."""
    by_item = np.ascontiguousarray(weights.T)
    total = by_item.sum(axis=0, dtype=np.float64)
    precision, roc = (np.empty((len(weights), len(outcome.steps))) for _ in range(2))
    for k, label in enumerate(outcome.steps):
        entering = label.true @ by_item
        true, false = cumulative(entering), cumulative(label.false @ by_item)
        with np.errstate(invalid="ignore", divide="ignore"):
            rises = np.where(entering > 0, entering * true / (true + false), 0)
        positives = entering.sum(axis=0, dtype=np.float64)
        negatives = total - positives
        above = (entering * false).sum(axis=0, dtype=np.float64)
        ties = (entering * (label.tied @ by_item)).sum(axis=0, dtype=np.float64) / 2 if label.tied.nnz else 0.0
        precision[:, k] = ratio(rises.sum(axis=0, dtype=np.float64), positives)
        roc[:, k] = ratio(positives * negatives - above + ties, positives * negatives)
    return precision, roc
