"""How the distribution of answers leans, whether or not single answers are right."""

from __future__ import annotations

import numpy as np

from harness.metrics.algebra import class_counts, ratio
from harness.metrics.outcome import Labelled, LabelSets
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights

_NOTHING = "no answer names a label, or no item carries one"


@metric(
    "bias",
    line="Jensen-Shannon divergence of the distribution of answers from that of the truth",
    higher_is_better=False,
    undefined=_NOTHING,
    biased=True,
    interval="corrected",
)
def answer_jsd(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) divergences to base 2, in [0, 1] (Lin 1991, IEEE Trans. Inf. Theory 37(1), 145-151).

    No answer is an answer of its own, for one label an item; NaN where no answer names a label.
    """
    true, said = shares(outcome, weights)
    from scipy.spatial.distance import jensenshannon

    found = np.asarray(jensenshannon(true, said, base=2, axis=1), dtype=np.float64) ** 2
    return np.where(said[:, : len(outcome.labels)].any(axis=1), found, np.nan)


@metric(
    "bias",
    line="share of labels answered that the most over-used one has above its share of the truth",
    higher_is_better=False,
    undefined=_NOTHING,
    biased=True,
    interval="corrected",
    caveat="the largest of several excesses: biased upward, and its interval may cover less often than it states",
)
def overuse(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) largest excesses over the k labels, in [0, 1]; NaN where no answer names a label."""
    most: Floats = excess(outcome, weights).max(axis=1)
    return np.maximum(0, most)


def excess(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws, k) shares of each label among labels answered less its share among truths.

    Silence has no part in it: divided by all answers, whoever says little would seem to over-use little.
    """
    counts = class_counts(outcome, weights)
    true, said = (ratio(one, one.sum(axis=1, keepdims=True)) for one in (counts.gold, counts.predicted))
    over: Floats = said - true
    return over


def shares(outcome: Labelled | LabelSets, weights: Weights) -> tuple[Floats, Floats]:
    """Return (draws, k + 1) shares of each label among truths and among answers.

    The last column is the share of items without an answer, for one label an item; for sets, whose shares are of labels
    named, it is 0.
    """
    counts = class_counts(outcome, weights)
    rest = np.zeros((len(weights), 1))
    silent = (counts.gold - counts.predicted).sum(axis=1, keepdims=True) if isinstance(outcome, Labelled) else rest
    true, said = np.hstack([counts.gold, rest]), np.hstack([counts.predicted, silent])
    return ratio(true, true.sum(axis=1, keepdims=True)), ratio(said, said.sum(axis=1, keepdims=True))
