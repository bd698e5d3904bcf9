"""Metrics of answered sets against annotators' votes, where several annotators labelled an item.

A label that half of them gave is half true: true counts become sums of votes / max vote. With votes of 0 and 1 these
are the plain F1 scores.
"""

from __future__ import annotations

import numpy as np

from harness.kinds import Kind
from harness.metrics.algebra import mean_where, ratio
from harness.metrics.outcome import Floats, LabelSets, Weights
from harness.metrics.registry import metric

_NO_VOTES = "an item has no annotator votes, or no label has any"


@metric(Kind.MULTI_LABEL, line="macro F1 against annotator votes: a label counts by its votes", undefined=_NO_VOTES)
def soft_macro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over labels with votes of 2 sum(v a) / (sum(v) + sum(a)), v votes, a answers, in [0, 1]."""
    if outcome.votes is None:
        return np.full(len(weights), np.nan)
    voted, answered, both = _sums(outcome, outcome.votes, weights)
    return mean_where(ratio(2 * both, voted + answered), voted > 0)


@metric(Kind.MULTI_LABEL, line="micro F1 against annotator votes: a label counts by its votes", undefined=_NO_VOTES)
def soft_micro_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) values of 2 sum(v a) / (sum(v) + sum(a)) over all items and labels, in [0, 1]."""
    if outcome.votes is None:
        return np.full(len(weights), np.nan)
    voted, answered, both = _sums(outcome, outcome.votes, weights)
    return ratio(2 * both.sum(axis=1), (voted + answered).sum(axis=1))


def _sums(outcome: LabelSets, votes: Floats, weights: Weights) -> tuple[Floats, Floats, Floats]:
    said = outcome.predicted.astype(np.float64)
    voted, answered, both = (np.asarray(weights @ each, dtype=np.float64) for each in (votes, said, votes * said))
    return voted, answered, both
