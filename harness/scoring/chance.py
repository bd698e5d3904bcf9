"""What uniformly random answers score on the same items: the mean of seeded random answers, whatever the metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.metrics.outcome import Changed, Confident, Described, Distributed, Labelled, LabelSets, Outcome, Ranked
from harness.metrics.registry import Metric

SEED = 1977
_DRAWS = 100


def random_answers(outcome: Outcome, rng: np.random.Generator) -> Outcome:
    """Replace every answer by a uniformly random one: any offered label, each label of a set at even odds, any ranking.

    A random distribution is a random point of the simplex; a random confidence is the largest share of one. A random
    change is read from and to a random point of [-1, 1] x [-1, 1].

    Raises:
        TypeError: descriptions have no uniform distribution; their metrics state their chance value themselves.
    """
    match outcome:
        case Confident():
            shares = rng.dirichlet(np.ones(len(outcome.labels)), size=outcome.gold.size)
            return replace(outcome, predicted=shares.argmax(axis=1), confidence=shares.max(axis=1))
        case Distributed():
            return replace(outcome, answered=rng.dirichlet(np.ones(len(outcome.labels)), size=len(outcome.reference)))
        case Labelled():
            said = rng.integers(0, outcome.sizes)
            scores = None if outcome.scores is None else rng.random(outcome.scores.shape)
            return replace(outcome, predicted=said, scores=scores, scores_norm=scores, scores_cal=scores)
        case LabelSets():
            return replace(outcome, predicted=rng.random(outcome.gold.shape) < 0.5)
        case Ranked():
            return replace(outcome, scores=rng.random(outcome.gold.shape))
        case Changed():
            read = rng.uniform(-1.0, 1.0, outcome.read.shape)
            return replace(outcome, read=read, answered=np.ones(len(read), dtype=np.bool_))
        case Described():
            raise TypeError("descriptions have no uniform distribution")


def chances(metrics: Sequence[Metric], outcome: Outcome, n: int) -> dict[str, float | None]:
    """Return each metric's chance value on these `n` items, by name; None where it has no meaning or no value."""
    simulated = [metric for metric in metrics if metric.chance == "simulated"]
    rng = np.random.default_rng(SEED)
    drawn = [random_answers(outcome, rng) for _ in range(_DRAWS)] if simulated else []
    means = np.array([[metric.value(one, n) for one in drawn] for metric in simulated]).mean(axis=1) if drawn else ()
    found = {metric.name: metric.chance for metric in metrics if metric.chance != "simulated"}
    return found | {
        metric.name: None if np.isnan(mean) else float(mean) for metric, mean in zip(simulated, means, strict=True)
    }


def chance(metric: Metric, outcome: Outcome, n: int) -> float | None:
    """Return one metric's chance value on these `n` items; None where it has no meaning or no value."""
    return chances([metric], outcome, n)[metric.name]
