"""Metrics of answered sets against the votes of several annotators.

True counts are sums of votes / max vote, so a label that half of the annotators gave counts as half true. With votes of
0 and 1 these are the usual F1 scores.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.metrics.algebra import mean_where, once, ratio
from harness.metrics.outcome import LabelSets
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights

_metric = partial(
    metric,
    "votes",
    reasons=(("an item has no annotator votes", lambda outcome: outcome.votes is None),),
    undefined="no label has a vote",
)


@_metric(line="macro F1 with annotator votes as weights of true labels", per_label=True)
def soft_macro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over labels with votes of 2 sum(v a) / (sum(v) + sum(a)), v votes, a answers, in [0, 1]."""
    voted, answered, both = _sums(outcome, weights)
    return mean_where(ratio(2 * both, voted + answered), voted > 0)


@_metric(line="micro F1 with annotator votes as weights of true labels")
def soft_micro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) values of 2 sum(v a) / (sum(v) + sum(a)) over all items and labels, in [0, 1]."""
    voted, answered, both = _sums(outcome, weights)
    return ratio(2 * both.sum(axis=1), (voted + answered).sum(axis=1))


def _sums(outcome: LabelSets, weights: Weights) -> list[Floats]:
    """Sum votes, answers and their product by label, each (draws, k); NaN without votes."""
    return np.split((weights @ _columns(outcome)).astype(np.float64), 3, axis=1)


@once
def _columns(outcome: LabelSets) -> Floats:
    said = outcome.predicted.astype(np.float64)
    votes = np.full_like(said, np.nan) if outcome.votes is None else outcome.votes
    return np.hstack([votes, said, votes * said])
