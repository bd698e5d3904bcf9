"""Metrics of answered sets against annotators' votes, where several annotators labelled an item.

A label that half of them gave is half true: true counts become sums of votes / max vote. With votes of 0 and 1 these
are the plain F1 scores.
"""

from __future__ import annotations

import numpy as np

from harness.metrics.algebra import mean_where, once, ratio
from harness.metrics.outcome import LabelSets
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights

_NO_VOTES = "an item has no annotator votes, or no label has any"


@metric("votes", line="macro F1 against annotator votes: a label counts by its votes", undefined=_NO_VOTES)
def soft_macro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over labels with votes of 2 sum(v a) / (sum(v) + sum(a)), v votes, a answers, in [0, 1]."""
    voted, answered, both = _sums(outcome, weights)
    return mean_where(ratio(2 * both, voted + answered), voted > 0)


@metric("votes", line="micro F1 against annotator votes: a label counts by its votes", undefined=_NO_VOTES)
def soft_micro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) values of 2 sum(v a) / (sum(v) + sum(a)) over all items and labels, in [0, 1]."""
    voted, answered, both = _sums(outcome, weights)
    return ratio(2 * both.sum(axis=1), (voted + answered).sum(axis=1))


def _sums(outcome: LabelSets, weights: Weights) -> list[Floats]:
    """Sum votes, answers and their product by label, each (draws, k); NaN where an item has no votes."""
    return np.split((weights @ _columns(outcome)).astype(np.float64), 3, axis=1)


@once
def _columns(outcome: LabelSets) -> Floats:
    said = outcome.predicted.astype(np.float64)
    votes = np.full_like(said, np.nan) if outcome.votes is None else outcome.votes
    return np.hstack([votes, said, votes * said])
