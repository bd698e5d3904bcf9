"""Ranks that admit what is not known: rank ranges from paired draws, and groups that no test tells apart.

All models are scored on the same cluster-bootstrap draws of the same items, so that a draw favours none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
LEVEL = 0.95
POWER = 0.8
_EQUAL = 1e-12


@dataclass(frozen=True)
class Standing:
    """Where one model stands.

    Attributes:
        low: best rank that the model may hold, from 1.
        high: worst.
        groups: tie groups, from 1, that the model belongs to; two models that share one are not told apart.
    """

    low: int
    high: int
    groups: tuple[int, ...]


def rank(values: Floats, draws: Floats, level: float = LEVEL) -> list[Standing]:
    """Rank models of whom higher is better.

    Args:
        values: (k,) scores.
        draws: (k, d) scores on the same d bootstrap draws; NaN where a draw has none.
        level: of the rank ranges; 1 - `level` is the family-wise error of the tests behind the groups.
    """
    ranges = rank_ranges(draws, level)
    groups = tie_groups(values, holm(paired_p(values, draws)) <= 1 - level)
    return [Standing(low, high, members) for (low, high), members in zip(ranges, groups, strict=True)]


def rank_ranges(draws: Floats, level: float = LEVEL) -> list[tuple[int, int]]:
    """Return the range of ranks that each model holds in the middle `level` of the draws.

    Equal scores share all ranks they cover: the best counts for the lower end, the worst for the upper.
    """
    filled = np.nan_to_num(draws, nan=-np.inf)
    best = stats.rankdata(-filled, method="min", axis=0)
    worst = stats.rankdata(-filled, method="max", axis=0)
    low = np.quantile(best, (1 - level) / 2, axis=1, method="lower")
    high = np.quantile(worst, (1 + level) / 2, axis=1, method="higher")
    return [(int(one), int(other)) for one, other in zip(low, high, strict=True)]


def paired_p(values: Floats, draws: Floats) -> Floats:
    """Return (k, k) two-sided p values of equal scores: a Wald test with the paired bootstrap's standard error.

    The standard error of a difference is the standard deviation of the draws' differences (Efron & Tibshirani 1993,
    An Introduction to the Bootstrap, chapter 6); its square is var_i + var_j - 2 cov_ij.
    """
    if len(values) == 1:
        return np.ones((1, 1))
    kept = draws[:, ~np.isnan(draws).any(axis=0)]
    if kept.shape[1] < 2:
        return np.ones((len(values), len(values)))
    covariance = np.cov(kept)
    variance = np.diag(covariance)
    error = np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0.0))
    gap = np.abs(values[:, None] - values[None, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap <= _EQUAL, 0.0, np.where(error <= _EQUAL, np.inf, gap / error))
    p: Floats = 2 * stats.norm.sf(z)
    return p


def holm(p: Floats) -> Floats:
    """Adjust the p values of all pairs by Holm's method (Holm 1979, Scand. J. Stat. 6, 65-70).

    Args:
        p: (k, k), symmetric.
    """
    rows, columns = np.triu_indices(len(p), 1)
    adjusted = np.ones_like(p)
    adjusted[rows, columns] = holm_family(p[rows, columns])
    return np.minimum(adjusted, adjusted.T)


def holm_family(p: Floats) -> Floats:
    """Adjust (m,) p values of one family by Holm's method, in their order."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def tie_groups(values: Floats, apart: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Return each model's groups: the longest runs, in order of score, in which no two are told apart.

    Args:
        values: (k,) scores.
        apart: (k, k) whether a test tells two models apart.
    """
    order = np.argsort(-values, kind="stable")
    sorted_apart = apart[np.ix_(order, order)]
    members: list[list[int]] = [[] for _ in values]
    start, group, reached = 0, 0, -1
    for end in range(len(values)):
        told = np.flatnonzero(sorted_apart[end, start:end])
        if told.size:
            if end - 1 > reached:
                group, reached = group + 1, end - 1
                _enter(members, order[start:end], group)
            start += int(told[-1]) + 1
    _enter(members, order[start:], group + 1)
    return [tuple(one) for one in members]


def detectable(draws: Floats, level: float = LEVEL) -> float | None:
    """Return the difference that a paired test at 1 - `level` finds with 80 % power, for the median pair of models.

    It is (z at (1 + level) / 2 + z at 0.8) times the pair's standard error (Cohen 1988, Statistical Power Analysis).

    Returns:
        None with fewer than two models.
    """
    kept = draws[:, ~np.isnan(draws).any(axis=0)]
    if len(kept) < 2 or kept.shape[1] < 2:
        return None
    covariance = np.cov(kept)
    variance = np.diag(covariance)
    squared = (variance[:, None] + variance[None, :] - 2 * covariance)[np.triu_indices(len(kept), 1)]
    reach = stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(POWER)
    return float(reach * np.median(np.sqrt(np.maximum(squared, 0.0))))


def _enter(members: list[list[int]], who: Sequence[int] | NDArray[np.int_], group: int) -> None:
    for one in who:
        members[int(one)].append(group)
