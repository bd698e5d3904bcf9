"""Metrics of words against values: whether a sentence moves the answer away from what valence and arousal say.

The same points are asked alone, with a sentence that fits them and with one against them, so differences are paired.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Contrasted
from harness.metrics.registry import metric
from harness.stats.arrays import Bools, Floats, Weights

_NONE = "no item stands in this condition"
_share = partial(metric, "conflict", undefined=_NONE, proportion=True, partial=True)


@_share(line="accuracy without a sentence")
def accuracy_alone(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) shares of right answers to items without a sentence, in [0, 1]."""
    return _accuracy(outcome, ~outcome.agrees & ~outcome.disagrees, weights)


@_share(line="accuracy beside a sentence that fits the values")
def accuracy_agreeing(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) shares of right answers to items with a fitting sentence, in [0, 1]."""
    return _accuracy(outcome, outcome.agrees, weights)


@_share(line="accuracy beside a sentence that speaks against the values")
def accuracy_conflicting(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) shares of right answers to items with a sentence against them, in [0, 1]."""
    return _accuracy(outcome, outcome.disagrees, weights)


@_share(
    line="share of conflicting items answered by what the sentence speaks for",
    higher_is_better=False,
)
def follows_words(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) shares of answers that name the label the sentence speaks for, in [0, 1]."""
    followed = (outcome.predicted == outcome.spoken).astype(np.float64)
    return weighted_mean(np.where(outcome.disagrees, followed, np.nan), weights)


@metric(
    "conflict",
    line="what words move: accuracy beside a fitting sentence minus that beside one against it",
    higher_is_better=None,
    undefined=_NONE,
    chance=0.0,
    span=(-1.0, 1.0),
)
def word_pull(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) differences of accuracy, in [-1, 1]; 0 for who does not listen to words."""
    return _accuracy(outcome, outcome.agrees, weights) - _accuracy(outcome, outcome.disagrees, weights)


def _accuracy(outcome: Contrasted, asked: Bools, weights: Weights) -> Floats:
    right = (outcome.gold == outcome.predicted).astype(np.float64)
    return weighted_mean(np.where(asked, right, np.nan), weights)
