"""Ranks and ties against scipy and hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import squareform

from harness.stats.holm import holm
from harness.stats.power import detectable
from harness.stats.sign_flip import sign_flip
from leaderboard.ranking import holm_cut, min_detectable_difference, pair_p, rank, rank_ranges, tie_groups


def _shared(k: int, n: int, seed: int, spread: float) -> np.ndarray:
    """Return item scores (k, n) with a part common to all models."""
    rng = np.random.default_rng(seed)
    items: np.ndarray = rng.normal(size=n) + rng.normal(0, 0.5, (k, n)) + spread * np.arange(k)[::-1, None]
    return items


def _standings(items: np.ndarray) -> list[tuple[int, int, tuple[int, ...]]]:
    return [(one.low, one.high, one.groups) for one in rank(items.mean(axis=1), items)]


def test_a_pair_has_the_p_value_of_the_paired_comparison() -> None:
    items = _shared(4, 150, 1, 0.05)
    p = squareform(pair_p(items))
    for one in range(4):
        for other in range(one):
            assert p[one, other] == pytest.approx(sign_flip(items[one] - items[other]))
            assert p[one, other] == pytest.approx(stats.ttest_rel(items[one], items[other]).pvalue, rel=0.5, abs=0.02)


@given(st.integers(1, 30), st.integers(0, 1000))
def test_the_cut_rejects_what_adjusted_p_values_reject(m: int, seed: int) -> None:
    p = np.random.default_rng(seed).uniform(0, 0.05, m)
    assert ((p <= holm_cut(p, 0.05)) == (holm(p) <= 0.05)).all()


def test_rank_ranges_cover_the_true_ranks_and_shrink_with_more_items() -> None:
    widths = []
    for n in (40, 200):
        ranges = [(low, high) for low, high, _ in _standings(_shared(5, n, 2, 0.2))]
        assert all(low <= place <= high for place, (low, high) in enumerate(ranges, start=1))
        widths.append(sum(high - low for low, high in ranges))
    assert widths[1] < widths[0]


@pytest.mark.parametrize("k", [5, 12])
def test_all_true_ranks_of_equal_models_are_in_their_ranges_in_nineteen_boards_of_twenty(k: int) -> None:
    held = [all((low, high) == (1, k) for low, high, _ in _standings(_shared(k, 30, seed, 0.0))) for seed in range(200)]
    assert np.mean(held) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 200)


def test_many_models_are_told_apart_though_flips_are_few() -> None:
    assert [(low, high) for low, high, _ in _standings(_shared(40, 100, 3, 1.0))] == [(i, i) for i in range(1, 41)]


def test_equal_models_share_all_ranks_and_one_group() -> None:
    items = np.tile(np.random.default_rng(0).normal(size=200), (3, 1))
    assert _standings(items) == [(1, 3, (1,))] * 3


def test_models_far_apart_have_one_rank_and_a_group_each() -> None:
    assert _standings(_shared(3, 200, 3, 1.0)) == [(1, 1, (1,)), (2, 2, (2,)), (3, 3, (3,))]


def _symmetric(upper: np.ndarray) -> np.ndarray:
    both: np.ndarray = upper | upper.T
    return both


def test_a_range_counts_those_significantly_better_and_worse() -> None:
    apart = _symmetric(np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], dtype=bool))
    assert rank_ranges(np.array([0.7, 0.6, 0.5]), apart) == [(1, 2), (1, 3), (2, 3)]


def test_overlapping_ties_are_two_groups() -> None:
    apart = _symmetric(np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], dtype=bool))
    assert tie_groups(np.array([0.7, 0.6, 0.5]), apart) == [(1,), (1, 2), (2,)]
    assert tie_groups(np.array([0.5, 0.7, 0.6]), apart[[2, 0, 1]][:, [2, 0, 1]]) == [(2,), (1,), (1, 2)]


@given(st.integers(1, 8), st.integers(0, 10_000))
def test_no_two_of_a_group_differ_significantly_and_all_have_one(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    apart = _symmetric(np.triu(rng.random((k, k)) < 0.3, 1))
    groups = tie_groups(rng.random(k), apart)
    assert all(groups)
    for one in range(k):
        for other in range(k):
            if set(groups[one]) & set(groups[other]):
                assert not apart[one, other]


def test_the_detectable_difference_is_that_of_the_median_pair() -> None:
    items = np.random.default_rng(5).normal(size=(3, 60)) * [[1.0], [2.0], [4.0]]
    assert min_detectable_difference(items) == detectable(items[0] - items[2]).difference
    assert min_detectable_difference(items[:1]) is None
