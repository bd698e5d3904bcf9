"""Knowing nothing: seeded random answers, and answers to other items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds import Kind
from harness.metrics import Metric
from harness.metrics.outcome import Described, Outcome, shuffled

SEED = 1977
_DRAWS = 100


def random(kind: Kind, outcome: Outcome, count: int) -> tuple[Outcome, ...]:
    """Return uniformly random answers to the same items, several times."""
    rng = np.random.default_rng(SEED)
    return tuple(kind.at_random(outcome, rng) for _ in range(count))


def to_other_items(outcome: Outcome, n: int, count: int) -> tuple[Outcome, ...]:
    """Return the answers in random order over the `n` items, several times; none of descriptions."""
    rng = np.random.default_rng(SEED)
    if isinstance(outcome, Described):
        return ()
    return tuple(shuffled(outcome, rng.permutation(n)) for _ in range(count))


def chances(kind: Kind, metrics: Sequence[Metric], outcome: Outcome, n: int) -> dict[str, float | None]:
    """Return each metric's chance value on these `n` items; None if it has no meaning or no value."""
    simulated = [metric for metric in metrics if metric.chance == "simulated"]
    drawn = random(kind, outcome, _DRAWS) if simulated else ()
    means = np.array([[metric.value(one, n) for one in drawn] for metric in simulated]).mean(axis=1) if drawn else ()
    found = {metric.name: metric.chance for metric in metrics if metric.chance != "simulated"}
    return found | {
        metric.name: None if np.isnan(mean) else float(mean) for metric, mean in zip(simulated, means, strict=True)
    }
