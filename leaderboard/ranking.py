"""Rank models with uncertainty: rank ranges from paired bootstrap draws, and groups without significant differences.

All models are scored on the same cluster-bootstrap draws of the same items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.kinds import get
from harness.record import Sample, TaskRecord
from harness.scoring.samples import answered
from harness.stats.arrays import Floats
from harness.stats.bootstrap import SEED, cluster_weights
from harness.stats.clusters import cluster_index
from harness.stats.intervals import LEVEL
from harness.stats.power import POWER
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

_EQUAL = 1e-12
_BLOCK = 256


@dataclass(frozen=True)
class Standing:
    """Best and worst rank in the 95 % range, from 1; models that share a tie group do not differ significantly."""

    low: int
    high: int
    groups: tuple[int, ...]


def rank(values: Floats, draws: Floats, errors: Floats) -> list[Standing]:
    """Rank models; higher scores are better. The family-wise error of the tests behind the groups is 5 %.

    Args:
        values: (k,) scores.
        draws: (k, d) scores on the same d bootstrap draws; NaN if a draw has none.
        errors: from `pair_errors`.
    """
    p = pair_p(values, errors)
    groups = tie_groups(values, p, holm_cut(p, 1 - LEVEL))
    return [Standing(low, high, members) for (low, high), members in zip(rank_ranges(draws), groups, strict=True)]


def rank_ranges(draws: Floats) -> list[tuple[int, int]]:
    """Return the range of ranks of each model in the middle 95 % of the draws.

    Models with equal scores share the ranks they cover: the best is the lower end, the worst the upper.
    """
    filled = np.nan_to_num(draws, nan=-np.inf)
    best = stats.rankdata(-filled, method="min", axis=0)
    worst = stats.rankdata(-filled, method="max", axis=0)
    low = np.quantile(best, (1 - LEVEL) / 2, axis=1, method="lower")
    high = np.quantile(worst, (1 + LEVEL) / 2, axis=1, method="higher")
    return [(int(one), int(other)) for one, other in zip(low, high, strict=True)]


def pair_errors(draws: Floats) -> Floats:
    """Return the standard error of every pair's difference, from the paired bootstrap.

    It is the standard deviation of the draws' differences (Efron & Tibshirani 1993, An Introduction to the Bootstrap,
    chapter 6); its square is var_i + var_j - 2 cov_ij. Rows are processed in blocks, so that thousands of models fit.

    Args:
        draws: (k, d); draws in which a model has no value are left out.

    Returns:
        (k (k - 1) / 2,) in the order (0, 1), (0, 2), ..., (1, 2), ...; infinite with fewer than two draws.
    """
    count = len(draws)
    kept = draws[:, ~np.isnan(draws).any(axis=0)]
    errors = np.full(count * (count - 1) // 2, np.inf)
    if kept.shape[1] < 2:
        return errors
    centred = kept - kept.mean(axis=1, keepdims=True)
    variance = np.einsum("kd,kd->k", centred, centred)
    start = 0
    for first in range(0, count, _BLOCK):
        shared = centred[first : first + _BLOCK] @ centred.T
        for row in range(first, min(first + _BLOCK, count)):
            squared = variance[row] + variance[row + 1 :] - 2 * shared[row - first, row + 1 :]
            stop = start + count - row - 1
            errors[start:stop] = np.sqrt(np.maximum(squared, 0.0) / (kept.shape[1] - 1))
            start = stop
    return errors


def pair_p(values: Floats, errors: Floats) -> Floats:
    """Return the two-sided p value of equal scores of every pair (a Wald test), in the order of `pair_errors`."""
    p = np.empty_like(errors)
    start = 0
    for row in range(len(values)):
        gap = np.abs(values[row + 1 :] - values[row])
        stop = start + len(gap)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(gap <= _EQUAL, 0.0, gap / errors[start:stop])
        p[start:stop] = 2 * stats.norm.sf(z)
        start = stop
    return p


def holm_cut(p: Floats, alpha: float) -> float:
    """Return the largest p value that Holm's method rejects (Holm 1979, Scand. J. Stat. 6, 65-70); -1 for none.

    Args:
        p: (m,) p values of one family.
        alpha: the family-wise error.
    """
    ordered = np.sort(p)
    rejected = ordered * np.arange(len(p), 0, -1) <= alpha
    first_kept = len(p) if rejected.all() else int(np.argmin(rejected))
    return float(ordered[first_kept - 1]) if first_kept else -1.0


def tie_groups(values: Floats, p: Floats, cut: float) -> list[tuple[int, ...]]:
    """Return each model's groups: the longest runs, in order of score, without a significant difference.

    Args:
        values: (k,) scores.
        p: of every pair, in the order of `pair_errors`.
        cut: a pair differs significantly up to this p value.
    """
    count = len(values)
    apart = np.zeros((count, count), dtype=bool)
    start = 0
    for row in range(count):
        stop = start + count - row - 1
        apart[row, row + 1 :] = apart[row + 1 :, row] = p[start:stop] <= cut
        start = stop
    order = np.argsort(-values, kind="stable")
    members: list[list[int]] = [[] for _ in values]
    begin, group, reached = 0, 0, -1
    for end in range(count):
        different = np.flatnonzero(apart[order[end], order[begin:end]])
        if different.size:
            if end - 1 > reached:
                group, reached = group + 1, end - 1
                _enter(members, order[begin:end], group)
            begin += int(different[-1]) + 1
    _enter(members, order[begin:], group + 1)
    return [tuple(one) for one in members]


def min_detectable_difference(errors: Floats) -> float | None:
    """Return the smallest difference that a paired test finds with 80 % power, for the median pair of models.

    It is (z at 0.975 + z at 0.8) times the pair's standard error (Cohen 1988, Statistical Power Analysis).

    Args:
        errors: from `pair_errors`.

    Returns:
        None with fewer than two models, or fewer than two draws.
    """
    if not len(errors) or not np.isfinite(errors).all():
        return None
    return float((stats.norm.ppf((1 + LEVEL) / 2) + stats.norm.ppf(POWER)) * np.median(errors))


def _enter(members: list[list[int]], who: Sequence[int] | NDArray[np.int_], group: int) -> None:
    for one in who:
        members[int(one)].append(group)


Draws = NDArray[np.float32]
DRAWS = 1000


def main_score_draws(task: TaskRecord, samples: Sequence[Sample], where: str) -> Draws:
    """Return (draws,) main scores; items are taken in the order of their ids.

    Raises:
        InputError: an answer is missing, or the samples do not fit the task.
    """
    if absent := sum(sample.answer.missing is not None for sample in samples):
        raise InputError(f"{absent} answers are missing", code="incomplete", file=where)
    ordered = sorted(samples, key=lambda sample: sample.item.item_id)
    kind = get(task.kind)
    try:
        metric = kind.metric(task.main_score)
        given = kind.outcome(task.labels, answered(ordered))
        clusters = cluster_index([sample.item for sample in ordered])
        blocks = [metric.compute(given, weights) for weights in cluster_weights(clusters, DRAWS, SEED)]
    except Exception as error:  # samples from a stranger that do not fit their task
        what = f"the samples do not fit the task: {one_line(str(error), 80)}"
        raise InputError(what, code="conflict", file=where) from None
    return np.concatenate(blocks).astype(np.float32)
