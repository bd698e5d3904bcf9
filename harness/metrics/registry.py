"""Declaration of metrics: one function of item weights each.

A metric maps an outcome and a weight matrix (draws, n) to (draws,) values. A row of ones gives the point estimate; rows
of bootstrap counts give its resampling distribution. NaN means that the items give no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.metrics.outcome import Outcome
from harness.stats.arrays import Floats, Weights

FEW_CLUSTERS = 30
"""Number of clusters from which most intervals cover as stated (`docs/statistics.md`)."""

IntervalName = Literal["percentile", "student", "jackknife", "corrected"]
Chance = float | Literal["simulated"] | None
Compute = Callable[[Any, Weights], Floats]
Reasons = tuple[tuple[str, Callable[[Any], bool]], ...]


@dataclass(frozen=True)
class Metric:
    """A declared metric.

    Attributes:
        name: in YAML, tables and records.
        families: groups by which a kind of question can choose it, besides its name.
        line: what it is, in one line, for `vaemo-eval ls` and `docs/metrics.md`.
        compute: (outcome, weights (draws, n)) to (draws,).
        higher_is_better: None for a metric that only describes.
        reasons: why `compute` gives NaN, each with a test of the outcome; the first that holds is the reason.
        undefined: why it gives NaN if no other reason holds.
        chance: what uniformly random answers score; `simulated` from seeded answers; None where it has no meaning.
        proportion: whether it is a fraction of items; Wilson's interval then holds for independent items.
        partial: whether items may lack a value, so that it can rest on fewer clusters than there are.
        biased: whether few items bias it upward.
        per_label: whether it is a mean over labels, so that it has no value on a sample that lost some.
        caveat: a note shown with the value at any number of items.
        interval: the interval with the best coverage (`docs/statistics.md`).
        span: lowest and highest possible value.
        reliable_from: number of clusters from which the interval covers as stated (`docs/statistics.md`).
    """

    name: str
    families: frozenset[str]
    line: str
    compute: Compute
    higher_is_better: bool | None = True
    reasons: Reasons = ()
    undefined: str = "no items"
    chance: Chance = "simulated"
    proportion: bool = False
    partial: bool = False
    biased: bool = False
    per_label: bool = False
    caveat: str | None = None
    interval: IntervalName = "percentile"
    span: tuple[float, float] = (0.0, 1.0)
    reliable_from: int = FEW_CLUSTERS

    @property
    def corrected(self) -> bool:
        """Whether comparisons use its value without the bias of few items, which the jackknife estimates."""
        return self.biased and self.interval == "jackknife"

    @property
    def fixed_chance(self) -> float | None:
        """The chance value if it is the same for all items; None if it must be simulated or has no meaning."""
        return None if self.chance == "simulated" else self.chance

    def value(self, outcome: Outcome, n: int) -> float:
        """Return the point estimate over all `n` items; NaN where there is none."""
        if n == 0:
            return float("nan")
        return float(self.compute(outcome, np.ones((1, n)))[0])

    def reason(self, outcome: Outcome) -> str:
        """Return why the metric has no value on an outcome."""
        return next((reason for reason, holds in self.reasons if holds(outcome)), self.undefined)


_METRICS: dict[str, Metric] = {}


def few(clusters: int) -> str | None:
    """Return a note for intervals and tests of few clusters; None if there are enough."""
    if clusters >= FEW_CLUSTERS:
        return None
    return f"{clusters} clusters: below {FEW_CLUSTERS} intervals and tests are unreliable"


def labels_lost(lost: int, labels: int) -> str:
    """Return why means over labels have no value on a sample in which `lost` of `labels` labels have no item."""
    return f"{lost} of {labels} labels have no item under --limit"


def metric(*families: str, line: str, **settings: Any) -> Callable[[Compute], Compute]:
    """Declare the decorated function as a metric of `families`, under its own name.

    Args:
        families: see `Metric`.
        line: see `Metric`.
        settings: other attributes of `Metric`.

    Raises:
        ValueError: the name is taken.
    """

    def declare(compute: Compute) -> Compute:
        name = compute.__name__
        if name in _METRICS:
            raise ValueError(f"metric {name!r} is declared twice")
        _METRICS[name] = Metric(name, frozenset(families), line, compute, **settings)
        return compute

    return declare


def declared() -> list[Metric]:
    """Return every metric declared so far, in the order of declaration."""
    return list(_METRICS.values())
