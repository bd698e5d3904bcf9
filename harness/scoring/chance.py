"""Chance: the mean score of seeded random answers to the same items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds import Kind
from harness.metrics import Metric
from harness.metrics.outcome import Outcome

SEED = 1977
_DRAWS = 100


def chances(kind: Kind, metrics: Sequence[Metric], outcome: Outcome, n: int) -> dict[str, float | None]:
    """Return each metric's chance value on these `n` items; None if it has no meaning or no value."""
    simulated = [metric for metric in metrics if metric.chance == "simulated"]
    rng = np.random.default_rng(SEED)
    drawn = [kind.at_random(outcome, rng) for _ in range(_DRAWS)] if simulated else []
    means = np.array([[metric.value(one, n) for one in drawn] for metric in simulated]).mean(axis=1) if drawn else ()
    found = {metric.name: metric.chance for metric in metrics if metric.chance != "simulated"}
    return found | {
        metric.name: None if np.isnan(mean) else float(mean) for metric, mean in zip(simulated, means, strict=True)
    }
