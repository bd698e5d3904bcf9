"""Rank models with uncertainty: rank ranges and tie groups, both from the paired tests of `vaemo-eval compare`.

Models of a column answered the same items, so the pseudo-values of their scores are paired by cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.kinds import get
from harness.record import Sample, TaskRecord
from harness.scoring.difference import of_clusters
from harness.scoring.score import repeated
from harness.stats.arrays import Bools, Floats
from harness.stats.clusters import cluster_index
from harness.stats.intervals import LEVEL
from harness.stats.power import detectable
from harness.stats.sign_flip import p_of_flips, random_signs
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line


@dataclass(frozen=True)
class Standing:
    """Best and worst rank in the 95 % range, from 1; models that share a tie group do not differ significantly."""

    low: int
    high: int
    groups: tuple[int, ...]


def rank(values: Floats, parts: Floats) -> list[Standing]:
    """Rank models; higher scores are better. The family-wise error of the tests behind ranges and groups is 5 %.

    Args:
        values: (k,) scores.
        parts: (k, groups) pseudo-values of the scores, on the same groups of clusters.
    """
    p = pair_p(parts)
    apart = np.zeros((len(values), len(values)), dtype=bool)
    apart[np.triu_indices(len(values), 1)] = p <= holm_cut(p, 1 - LEVEL)
    apart |= apart.T
    groups, ranges = tie_groups(values, apart), rank_ranges(parts.mean(axis=1), apart)
    return [Standing(low, high, members) for (low, high), members in zip(ranges, groups, strict=True)]


def rank_ranges(scores: Floats, apart: Bools) -> list[tuple[int, int]]:
    """Return 1 + the number of significantly better models, and k - the number of significantly worse ones.

    If no pair differs significantly by error, each range holds the true rank; Holm's method keeps that at 95 % for all
    ranges together (Mogstad, Romano, Shaikh & Wilhelm 2024, Rev. Econ. Stud. 91, 476-518). True ranks of equal models
    are all those that they cover.

    Args:
        scores: (k,) that the tests compare.
        apart: (k, k) whether a pair differs significantly.
    """
    above = (apart & (scores > scores[:, None])).sum(axis=1)
    below = (apart & (scores < scores[:, None])).sum(axis=1)
    return [(1 + better, len(scores) - worse) for better, worse in zip(above.tolist(), below.tolist(), strict=True)]


def pair_p(parts: Floats) -> Floats:
    """Return the two-sided p value of equal scores of every pair of models.

    Args:
        parts: (k, groups) pseudo-values.

    Returns:
        (k (k - 1) / 2,) in the order (0, 1), (0, 2), ..., (1, 2), ...
    """
    sums = parts @ random_signs(parts.shape[1]).T
    found = [np.empty(0)]
    for row in range(len(parts) - 1):
        gaps = parts[row + 1 :] - parts[row]
        found.append(p_of_flips(sums[row + 1 :] - sums[row], np.abs(gaps).sum(axis=1), (gaps**2).sum(axis=1)))
    return np.concatenate(found)


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


def tie_groups(values: Floats, apart: Bools) -> list[tuple[int, ...]]:
    """Return each model's groups: the longest runs, in order of score, without a significant difference.

    Args:
        values: (k,) scores.
        apart: (k, k) whether a pair differs significantly.
    """
    order = np.argsort(-values, kind="stable")
    members: list[list[int]] = [[] for _ in values]
    begin, group, reached = 0, 0, -1
    for end in range(len(values)):
        different = np.flatnonzero(apart[order[end], order[begin:end]])
        if different.size:
            if end - 1 > reached:
                group, reached = group + 1, end - 1
                _enter(members, order[begin:end], group)
            begin += int(different[-1]) + 1
    _enter(members, order[begin:], group + 1)
    return [tuple(one) for one in members]


def min_detectable_difference(parts: Floats) -> float | None:
    """Return the smallest difference that the test finds with 80 % power, for the pair of median standard error.

    Args:
        parts: (k, groups) pseudo-values.

    Returns:
        None with fewer than two models, or if the pair's difference cannot be found.
    """
    if len(parts) < 2:
        return None
    spreads = np.concatenate([(parts[row + 1 :] - parts[row]).std(axis=1) for row in range(len(parts) - 1)])
    middle = np.argsort(spreads)[len(spreads) // 2]
    one, other = (rows[middle] for rows in np.triu_indices(len(parts), 1))
    return detectable(parts[one] - parts[other]).difference


def _enter(members: list[list[int]], who: Sequence[int] | NDArray[np.int_], group: int) -> None:
    for one in who:
        members[int(one)].append(group)


def main_score(task: TaskRecord, samples: Sequence[Sample], where: str) -> Floats | None:
    """Return the main score's (groups,) pseudo-values, on the groups that all entries share; None from one cluster.

    Items are taken in the order of their ids.

    Raises:
        InputError: an answer is missing, or the samples do not fit the task.
    """
    if absent := sum(sample.answer.missing is not None for sample in samples):
        raise InputError(f"{absent} answers are missing", code="incomplete", file=where)
    ordered = sorted(samples, key=lambda sample: sample.item.item_id)
    kind = get(task.kind)
    try:
        metric = kind.metric(task.main_score)
        given = repeated(kind, task.labels, ordered, task.centroids)
        clusters = cluster_index([sample.item for sample in ordered])
        return of_clusters(metric, given, clusters) if clusters.max() else None
    except Exception as error:  # samples from a stranger that do not fit their task
        what = f"the samples do not fit the task: {one_line(str(error), 80)}"
        raise InputError(what, code="conflict", file=where) from None
