"""Metrics of conflict: whether a sentence moves the answer away from what valence and arousal say.

Each point is given three times: alone, with a sentence that fits, and with one that conflicts.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Contrasted
from harness.metrics.registry import metric
from harness.stats.arrays import Bools, Floats, Weights

_NONE = "no item has this condition"
_fraction = partial(metric, "conflict", undefined=_NONE, proportion=True, partial=True)


@_fraction(line="accuracy without a sentence")
def accuracy_alone(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) fractions right of items without a sentence, in [0, 1]."""
    return _accuracy(outcome, ~outcome.agrees & ~outcome.disagrees, weights)


@_fraction(line="accuracy with a sentence that fits the values")
def accuracy_agreeing(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) fractions right of items with a fitting sentence, in [0, 1]."""
    return _accuracy(outcome, outcome.agrees, weights)


@_fraction(line="accuracy with a sentence that conflicts with the values")
def accuracy_conflicting(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) fractions right of items with a conflicting sentence, in [0, 1]."""
    return _accuracy(outcome, outcome.disagrees, weights)


@_fraction(
    line="fraction of conflicting items answered with the sentence's label",
    higher_is_better=False,
)
def follows_words(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) fractions of answers that name the sentence's label, in [0, 1]."""
    followed = (outcome.predicted == outcome.spoken).astype(np.float64)
    return weighted_mean(np.where(outcome.disagrees, followed, np.nan), weights)


@metric(
    "conflict",
    line="accuracy_agreeing - accuracy_conflicting",
    higher_is_better=None,
    undefined=_NONE,
    chance=0.0,
    span=(-1.0, 1.0),
)
def word_pull(outcome: Contrasted, weights: Weights) -> Floats:
    """Return (draws,) differences of accuracy, in [-1, 1]; 0 if sentences have no effect."""
    return _accuracy(outcome, outcome.agrees, weights) - _accuracy(outcome, outcome.disagrees, weights)


def _accuracy(outcome: Contrasted, asked: Bools, weights: Weights) -> Floats:
    right = (outcome.gold == outcome.predicted).astype(np.float64)
    return weighted_mean(np.where(asked, right, np.nan), weights)
