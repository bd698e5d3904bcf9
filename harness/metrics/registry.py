"""How a metric is declared: one function over item weights.

A metric maps an outcome and a weight matrix (draws, n) to (draws,) values. A row of ones gives the point estimate; rows
of bootstrap counts give its resampling distribution by the same algebra. NaN means that these items allow no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.metrics.outcome import Outcome
from harness.stats.arrays import Floats, Weights

FEW_CLUSTERS = 30
"""Clusters from which most intervals were found to cover as stated (`docs/statistics.md`)."""

IntervalName = Literal["percentile", "student", "jackknife", "corrected"]
Chance = float | Literal["simulated"] | None
Compute = Callable[[Any, Weights], Floats]


@dataclass(frozen=True)
class Metric:
    """A declared metric.

    Attributes:
        name: as it stands in YAML, tables and records.
        families: what a kind of question names to have it, besides its own name.
        line: what it is, in one line, for `vaemo-eval ls` and the record's readers.
        higher_is_better: None for a metric that only describes.
        compute: (outcome, weights (draws, n)) to (draws,).
        undefined: why `compute` may give NaN.
        proportion: whether it is a share of items, so that Wilson's interval holds where items are independent.
        partial: whether items may lack a value of their own, so that fewer clusters tell of it than there are.
        biased: whether few items bias it upward.
        caveat: what a reader must know of it however many items there are.
        interval: which interval was found to cover best (`docs/statistics.md`).
        span: its least and greatest value.
        reliable_from: clusters from which its interval was found to cover as stated (`docs/statistics.md`).
        chance: what uniformly random answers score; `simulated` from seeded answers, None where it has no meaning.
    """

    name: str
    families: frozenset[str]
    line: str
    higher_is_better: bool | None
    compute: Compute
    undefined: str
    chance: Chance
    proportion: bool = False
    partial: bool = False
    biased: bool = False
    caveat: str | None = None
    interval: IntervalName = "percentile"
    span: tuple[float, float] = (0.0, 1.0)
    reliable_from: int = FEW_CLUSTERS

    @property
    def fixed_chance(self) -> float | None:
        """The chance value that the metric's algebra gives, whatever the items; None where only simulation tells it."""
        return None if self.chance == "simulated" else self.chance

    def value(self, outcome: Outcome, n: int) -> float:
        """Return the point estimate over all `n` items; NaN where there is none."""
        if n == 0:
            return float("nan")
        return float(self.compute(outcome, np.ones((1, n)))[0])


_METRICS: dict[str, Metric] = {}


def few(clusters: int) -> str | None:
    """Return the note that belongs beside intervals and tests of few clusters; None where there are enough."""
    if clusters >= FEW_CLUSTERS:
        return None
    return f"{clusters} clusters: below {FEW_CLUSTERS} intervals and tests are to be read with care"


def metric(
    *families: str,
    line: str,
    higher_is_better: bool | None = True,
    undefined: str = "no items",
    chance: Chance = "simulated",
    proportion: bool = False,
    partial: bool = False,
    biased: bool = False,
    caveat: str | None = None,
    interval: IntervalName = "percentile",
    span: tuple[float, float] = (0.0, 1.0),
    reliable_from: int = FEW_CLUSTERS,
) -> Callable[[Compute], Compute]:
    """Declare the decorated function, by its own name, as a metric of `families`.

    Raises:
        ValueError: the name is taken.
    """

    def declare(compute: Compute) -> Compute:
        name = compute.__name__
        if name in _METRICS:
            raise ValueError(f"metric {name!r} is declared twice")
        _METRICS[name] = Metric(
            name=name,
            families=frozenset(families),
            line=line,
            higher_is_better=higher_is_better,
            compute=compute,
            undefined=undefined,
            chance=chance,
            proportion=proportion,
            partial=partial,
            biased=biased,
            caveat=caveat,
            interval=interval,
            span=span,
            reliable_from=reliable_from,
        )
        return compute

    return declare


def declared() -> list[Metric]:
    """Return every metric declared so far, in the order of declaration."""
    return list(_METRICS.values())
