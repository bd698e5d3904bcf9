"""Metrics of a ranking of items within each label; definitions as in scikit-learn's `metrics` module.

Both sort the items of a label once and take everything else from cumulative weights, so that a thousand bootstrap draws
cost a thousand cumulative sums and no further sorting. Items with equal scores enter together, as one threshold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.kinds import Kind
from harness.metrics.algebra import mean_where, ratio
from harness.metrics.outcome import Bools, Floats, Ranked
from harness.metrics.registry import metric

_UNDEFINED = "no label is true for some items and false for others"


@metric(
    Kind.RANKING,
    line="mean over labels of average precision (area under precision against recall)",
    undefined=_UNDEFINED,
)
def mean_ap(outcome: Ranked, weights: Floats) -> Floats:
    """Return (draws,) means of `average_precision_score` over the labels true of some item, in [0, 1]."""
    return _mean_over_labels(outcome, weights, _average_precision)


@metric(Kind.RANKING, line="mean over labels of the chance that a true item outranks a false one", undefined=_UNDEFINED)
def macro_auc(outcome: Ranked, weights: Floats) -> Floats:
    """Return (draws,) means over labels of `roc_auc_score`, in [0, 1]; labels true of all or no items are left out."""
    return _mean_over_labels(outcome, weights, _auc)


def _mean_over_labels(outcome: Ranked, weights: Floats, one_label: Callable[[Bools, Floats, Floats], Floats]) -> Floats:
    values = np.stack(
        [one_label(outcome.gold[:, k], outcome.scores[:, k], weights) for k in range(outcome.gold.shape[1])], axis=1
    )
    return mean_where(values, ~np.isnan(values))


def _cumulative(gold: Bools, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return (draws, thresholds) weights of true and of all items at or above each distinct score, from the highest."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), scores.size - 1)
    ordered = weights[:, order]
    everything = ordered.cumsum(axis=1)[:, ends]
    return (ordered * gold[order]).cumsum(axis=1)[:, ends], everything


def _average_precision(gold: Bools, scores: Floats, weights: Floats) -> Floats:
    """Return (draws,) sums of precision times the rise in recall; NaN where no item is true."""
    hits, everything = _cumulative(gold, scores, weights)
    precision = np.where(everything > 0, ratio(hits, everything), 0.0)
    rises = np.diff(hits, axis=1, prepend=0.0)
    return ratio((precision * rises).sum(axis=1), hits[:, -1])


def _auc(gold: Bools, scores: Floats, weights: Floats) -> Floats:
    """Return (draws,) areas under the ROC curve by trapezoids; NaN where all items or none are true."""
    hits, everything = _cumulative(gold, scores, weights)
    false = everything - hits
    heights = hits + np.concatenate([np.zeros((len(hits), 1)), hits[:, :-1]], axis=1)
    area = (heights * np.diff(false, axis=1, prepend=0.0)).sum(axis=1) / 2
    return ratio(area, hits[:, -1] * false[:, -1])
