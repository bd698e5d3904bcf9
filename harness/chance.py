"""What uniformly random answers score on the same items: the mean of seeded random answers, whatever the metric."""

from __future__ import annotations

import numpy as np

from harness.metrics.outcome import Described, Labelled, LabelSets, Outcome, Ranked
from harness.metrics.registry import Metric

SEED = 1977
_DRAWS = 100


def random_answers(outcome: Outcome, rng: np.random.Generator) -> Outcome:
    """Replace every answer by a uniformly random one: any offered label, each label of a set at even odds, any ranking.

    Raises:
        TypeError: descriptions have no uniform distribution; their metrics state their chance value themselves.
    """
    match outcome:
        case Labelled():
            return Labelled(outcome.gold, rng.integers(0, outcome.sizes), outcome.sizes, outcome.labels)
        case LabelSets():
            return LabelSets(outcome.gold, rng.random(outcome.gold.shape) < 0.5, outcome.labels)
        case Ranked():
            return Ranked(outcome.gold, rng.random(outcome.gold.shape), outcome.labels)
        case Described():
            raise TypeError("descriptions have no uniform distribution")


def chance(metric: Metric, outcome: Outcome, n: int) -> float | None:
    """Return the metric's chance value on these `n` items; None where it has no meaning or no value."""
    if metric.chance != "simulated":
        return metric.chance
    rng = np.random.default_rng(SEED)
    values = [metric.value(random_answers(outcome, rng), n) for _ in range(_DRAWS)]
    mean = float(np.mean(values))
    return None if np.isnan(mean) else mean
