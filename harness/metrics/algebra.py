"""Weighted counts and ratios over draws, shared by the metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from harness.metrics.outcome import Labelled, LabelSets
from harness.stats.arrays import Bools, Floats, Weights


@dataclass(frozen=True)
class ClassCounts:
    """Weighted counts by label, each (draws, k).

    Attributes:
        gold: items that carry the label.
        predicted: items whose answer names it.
        hits: items for which both hold.
    """

    gold: Floats
    predicted: Floats
    hits: Floats


def class_counts(outcome: Labelled | LabelSets, weights: Weights) -> ClassCounts:
    """Count truth, answers and hits by label under each row of `weights` (draws, n)."""
    counts = (weights @ outcome.counted).astype(np.float64)
    return ClassCounts(*np.split(counts, 3, axis=1))


def ratio(numerator: Weights, denominator: Weights) -> Floats:
    """Divide element by element; 0 / 0 is NaN, without a warning."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(numerator, dtype=np.float64) / np.asarray(denominator, dtype=np.float64)


def mean_where(values: Floats, present: Bools) -> Floats:
    """Average (draws, k) `values` over the labels `present` in each draw; NaN if there are none."""
    return ratio(np.where(present, values, 0.0).sum(axis=1), present.sum(axis=1))


def once(make: Callable[[Any], Floats]) -> Callable[[Any], Floats]:
    """Cache the result of `make`, which does not depend on weights, on its outcome."""

    @wraps(make)
    def kept(outcome: Any) -> Floats:
        known: dict[Any, Floats] = vars(outcome).setdefault("kept", {})
        if make not in known:
            known[make] = make(outcome)
        return known[make]

    return kept


def weighted_mean(values: Floats, weights: Weights) -> Floats:
    """Average (n,) `values` under each row of (draws, n) `weights`, over the items that have a value."""
    valid = ~np.isnan(values)
    if valid.all():
        return ratio(weights @ values, weights.sum(axis=1))
    return ratio(weights[:, valid] @ values[valid], weights[:, valid].sum(axis=1))
