"""Separate sampling noise (another answer to the same item) from item noise (another item).

Each item is answered N times. By the law of total variance, the variance of a metric's mean over N repeats is

    error**2 = item_sd**2 + sampling_sd**2 / N

(the one-way random effects model, Searle, Casella & McCulloch 1992, Variance Components, chapter 3, applied to any
metric). `item_sd` is what remains with unlimited repeats; `sampling_sd` is how much one repeat varies on the same
items. Answers to different clusters are independent, so resampling clusters of the mean over repeats includes both
parts, and its interval needs no widening.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.metrics.outcome import Outcome
from harness.metrics.registry import Metric
from harness.record import Sampling
from harness.stats.arrays import Floats, Ints, Weights
from harness.stats.intervals import Bootstrap

DRAWS = 1000
SEED = 20250212
_CHUNK_CELLS = 500_000


@dataclass(frozen=True)
class Repeated:
    """A model's answers to the same n items, N times.

    Attributes:
        outcomes: one for each repeat.
        pooled: all repeats as one outcome of N * n rows, one repeat after the other.
    """

    outcomes: tuple[Outcome, ...]
    pooled: Outcome

    @property
    def count(self) -> int:
        """N, the number of answers to each item."""
        return len(self.outcomes)

    def compute(self, metric: Metric, weights: Weights) -> Floats:
        """Return (draws,) means over repeats of a metric under (draws, n) item weights."""
        mean: Floats = np.mean([metric.compute(outcome, weights) for outcome in self.outcomes], axis=0)
        return mean

    def values(self, metric: Metric, n: int) -> list[float]:
        """Return the metric's value in each repeat; NaN if it has none."""
        return [metric.value(outcome, n) for outcome in self.outcomes]


def once(outcome: Outcome) -> Repeated:
    """Return answers that were given once."""
    return Repeated((outcome,), outcome)


def components(metric: Metric, repeated: Repeated, clusters: Ints, spread: Bootstrap | None) -> Sampling:
    """Separate the two noises in a metric's mean over repeats.

    The bootstrap's variance is multiplied by C / (C - 1) for C clusters, as its intervals are widened.

    Args:
        metric: must have a value in every repeat.
        repeated: the answers, at least two for each item.
        clusters: (n,) cluster index of each item, from 0 without gaps.
        spread: the bootstrap distribution of the mean over repeats; None for one cluster.
    """
    values = repeated.values(metric, clusters.size)
    error = None if spread is None else spread.widened_error
    if error is None:
        return Sampling(repeats=repeated.count, values=tuple(values))
    sampling = sampling_sd(metric, repeated, clusters)
    if sampling is None:
        return Sampling(repeats=repeated.count, values=tuple(values), error=error)
    by_sampling = sampling**2 / repeated.count
    return Sampling(
        repeats=repeated.count,
        values=tuple(values),
        error=error,
        sampling_sd=sampling,
        item_sd=math.sqrt(max(0.0, error**2 - by_sampling)),
        share_sampling=min(1.0, by_sampling / error**2) if error > 0 else None,
    )


def sampling_sd(
    metric: Metric, repeated: Repeated, clusters: Ints, *, draws: int = DRAWS, seed: int = SEED
) -> float | None:
    """Return the standard deviation of a metric between repeats on the same items.

    The N values alone give N - 1 degrees of freedom. Clusters are answered independently, so a repeat composed of
    repeats drawn at random for each cluster is as good as an observed one. The variance of such repeats, times
    N / (N - 1) as for any variance about a mean of N, uses all clusters.

    Returns:
        None if over 5 % of the draws have no value.
    """
    rng = np.random.default_rng(seed)
    block = max(1, _CHUNK_CELLS // (clusters.size * repeated.count))
    values = np.concatenate([
        metric.compute(repeated.pooled, _recombined(rng, clusters, repeated.count, min(block, draws - start)))
        for start in range(0, draws, block)
    ])  # fmt: skip
    composed = Bootstrap(float("nan"), values, values, clusters=int(clusters.max()) + 1, seed=seed)
    if composed.error is None:
        return None
    return composed.error * math.sqrt(repeated.count / (repeated.count - 1))


def _recombined(rng: np.random.Generator, clusters: Ints, repeats: int, draws: int) -> Weights:
    """Return (draws, repeats * n) weights: 1 for the repeat drawn for an item's cluster, else 0."""
    drawn = rng.integers(0, repeats, size=(draws, int(clusters.max()) + 1))[:, clusters]
    chosen: Weights = (drawn[:, None, :] == np.arange(repeats)[:, None]).reshape(draws, -1).astype(np.float32)
    return chosen
