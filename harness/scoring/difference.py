"""Compare one metric of two models on the same items: difference, interval, p value, smallest detectable difference.

- Difference and interval: paired cluster bootstrap, percentile interval. Both models are scored on the same draws, so
  a bias that both share cancels. If items were answered several times, a model's value is its mean over repeats, and
  whole clusters are drawn with all their repeats, which include the sampling noise (`harness.scoring.repeats`).
- p value: exact McNemar (McNemar 1947; binomial test of discordant items) for a proportion of independent items. For
  all other metrics, the answers to whole clusters are swapped between the models at random and the metric is computed
  again (sign-flip or paired permutation test: Good 2005, Permutation, Parametric and Bootstrap Tests, 3.2).
- Smallest detectable difference: the true difference that this test finds in 80 % of samples (`harness.stats.power`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from scipy import stats

from harness.metrics import Metric
from harness.metrics.outcome import Outcome, Ranked
from harness.record import Interval
from harness.scoring.repeats import Repeated, sampling_sd
from harness.stats.arrays import Floats, Ints, Weights
from harness.stats.bootstrap import DRAWS, SEED, resample
from harness.stats.intervals import percentile
from harness.stats.power import by_discordance, by_error, without_sampling

MCNEMAR = "exact McNemar"
SIGN_FLIP = "sign-flip"
_CELLS = 500_000
_EQUAL = 1e-9


@dataclass(frozen=True)
class Difference:
    """How two models differ on one metric.

    Attributes:
        metric: its name.
        first: value of the first model.
        second: value of the second model.
        effect: first - second.
        interval: of the effect; None if over 5 % of the draws have no value.
        p: two-sided p value of no difference.
        test: the test that gave it.
        min_detectable_difference: smallest true difference found with 80 % power at this size; None with a reason.
        no_min_detectable: why there is no `min_detectable_difference`; None if there is one.
        share_sampling: fraction of the effect's variance that comes from sampling; None if nobody repeated.
        min_detectable_unsampled: smallest detectable difference with unlimited repeats; None if nobody repeated.
        p_holm: p by Holm's method, in a family of tests; equal to `p` until it is adjusted.
    """

    metric: str
    first: float
    second: float
    effect: float
    interval: Interval | None
    p: float
    test: str
    min_detectable_difference: float | None
    no_min_detectable: str | None
    share_sampling: float | None
    min_detectable_unsampled: float | None
    p_holm: float


def difference(
    metric: Metric, first: Repeated, second: Repeated, clusters: Ints, *, draws: int = DRAWS
) -> Difference | None:
    """Compare two models' answers to the same n items.

    Args:
        metric: what is compared.
        first: one model's answers.
        second: the other's, in the same order of items; the number of repeats may differ.
        clusters: (n,) cluster index of each item, from 0 without gaps; at least two clusters.
        draws: of the bootstrap, and of the permutation.

    Returns:
        None if a repeat of either model has no value.
    """
    n = clusters.size
    values = fmean(first.values(metric, n)), fmean(second.values(metric, n))
    if np.isnan(values).any():
        return None
    spread = resample(
        [lambda weights: first.compute(metric, weights) - second.compute(metric, weights)], clusters, draws=draws
    )[0]
    independent = int(clusters.max()) + 1 == n
    exact = metric.proportion and not metric.partial and independent and first.count == second.count == 1
    if exact:
        won, lost = discordant(metric, first.pooled, second.pooled, n)
        p, detectable = mcnemar(won, lost), by_discordance(won + lost, n)
    else:
        p, detectable = sign_flip(metric, first, second, clusters, draws=draws), by_error(spread)
    share = _share_sampling(metric, first, second, clusters, spread.widened_error)
    return Difference(
        metric=metric.name,
        first=values[0],
        second=values[1],
        effect=values[0] - values[1],
        interval=percentile(spread),
        p=p,
        test=MCNEMAR if exact else SIGN_FLIP,
        min_detectable_difference=detectable.difference,
        no_min_detectable=detectable.reason,
        share_sampling=share,
        min_detectable_unsampled=without_sampling(detectable.difference, share),
        p_holm=p,
    )


def _share_sampling(
    metric: Metric, first: Repeated, second: Repeated, clusters: Ints, error: float | None
) -> float | None:
    """Return the fraction of error**2 that is sampling noise, at most 1; a model that answered once has none."""
    repeated = [one for one in (first, second) if one.count > 1]
    if not repeated or not error:
        return None
    noises = [sampling_sd(metric, one, clusters) for one in repeated]
    known = [noise**2 / one.count for noise, one in zip(noises, repeated, strict=True) if noise is not None]
    return min(1.0, sum(known) / error**2) if len(known) == len(repeated) else None


def discordant(metric: Metric, first: Outcome, second: Outcome, n: int) -> tuple[int, int]:
    """Return how many of n items the first model alone has right, and how many the second alone."""
    gap = item_values(metric, first, n) - item_values(metric, second, n)
    return int((gap > 0).sum()), int((gap < 0).sum())


def mcnemar(won: int, lost: int) -> float:
    """Return the exact two-sided p value of equal proportions on independent items; 1 if no item is discordant."""
    return float(stats.binomtest(won, won + lost, 0.5).pvalue) if won + lost else 1.0


def sign_flip(
    metric: Metric, first: Repeated, second: Repeated, clusters: Ints, *, draws: int = DRAWS, seed: int = SEED
) -> float:
    """Return the two-sided p value of exchangeable models: (1 + swaps as extreme) / (1 + swaps).

    A ranking is compared by the ranks of each model's own scores, since only their order has a meaning. Repeats are
    swapped in pairs, one of each model. If the numbers of repeats differ, each repeat is used equally often.
    """
    turns = math.lcm(first.count, second.count)
    both = [stack(first.outcomes[turn % first.count], second.outcomes[turn % second.count]) for turn in range(turns)]
    return _flipped(metric, both, clusters, draws, seed)


def sign_flip_mean(
    metric: Metric, pairs: Sequence[tuple[Outcome, Outcome]], clusters: Ints, *, draws: int = DRAWS, seed: int = SEED
) -> float:
    """Return the p value of a mean difference over pairs of outcomes; a cluster is swapped in all pairs at once."""
    return _flipped(metric, [stack(first, second) for first, second in pairs], clusters, draws, seed)


def _flipped(metric: Metric, both: Sequence[Outcome], clusters: Ints, draws: int, seed: int) -> float:
    count = int(clusters.max()) + 1
    rng = np.random.default_rng(seed)
    observed = abs(float(_gap(metric, both, np.zeros((1, clusters.size), dtype=np.float32))[0]))
    block = max(1, _CELLS // clusters.size)
    swapped = [
        np.abs(_gap(metric, both, rng.integers(0, 2, size=(rows, count)).astype(np.float32)[:, clusters]))
        for rows in (min(block, draws - start) for start in range(0, draws, block))
    ]
    gaps = np.concatenate(swapped)
    gaps = gaps[~np.isnan(gaps)]
    return float((1 + (gaps >= observed - _EQUAL).sum()) / (1 + gaps.size))


def item_values(metric: Metric, outcome: Outcome, n: int) -> Floats:
    """Return (n,) values of a metric on each item alone."""
    block = max(1, _CELLS // n)
    rows = [np.eye(min(block, n - start), n, start, dtype=np.float32) for start in range(0, n, block)]
    return np.concatenate([metric.compute(outcome, row) for row in rows])


def stack(first: Outcome, second: Outcome) -> Outcome:
    """Return one outcome of 2n items: those of `first`, then the same items answered by `second`."""
    if isinstance(first, Ranked) and isinstance(second, Ranked):
        first, second = (dataclasses.replace(one, scores=stats.rankdata(one.scores, axis=0)) for one in (first, second))
    fields = {
        field.name: _joined(getattr(first, field.name), getattr(second, field.name))
        for field in dataclasses.fields(first)
    }
    return type(first)(**fields)


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, dict):
        return {name: np.concatenate([first[name], second[name]]) for name in first}
    if first is None or second is None:
        return None
    return np.concatenate([first, second]) if isinstance(first, np.ndarray) else first


def _gap(metric: Metric, both: Sequence[Outcome], swapped: Weights) -> Floats:
    """Return (draws,) differences, means over turns, after swapping the answers to items at which `swapped` is 1."""
    kept = 1 - swapped
    first, second = np.hstack([kept, swapped]), np.hstack([swapped, kept])
    gap: Floats = np.mean([metric.compute(one, first) - metric.compute(one, second) for one in both], axis=0)
    return gap
