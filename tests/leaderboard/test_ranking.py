"""Ranks and ties against scipy and hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import squareform

from harness.stats.holm import holm
from leaderboard.ranking import (
    holm_cut,
    min_detectable_difference,
    pair_errors,
    pair_p,
    rank,
    rank_ranges,
    tie_groups,
)


def _shared(k: int, n: int, seed: int, spread: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return item scores (k, n) with a part common to all models, their means, and 2,000 bootstrap means."""
    rng = np.random.default_rng(seed)
    items = rng.normal(size=n) + rng.normal(0, 0.5, (k, n)) + spread * np.arange(k)[::-1, None]
    weights = rng.multinomial(n, np.full(n, 1 / n), size=2000)
    return items, items.mean(axis=1), items @ weights.T / n


def test_paired_p_agrees_with_the_paired_t_test() -> None:
    items, values, draws = _shared(4, 300, 1, 0.08)
    p = squareform(pair_p(values, pair_errors(draws)))
    for one in range(4):
        for other in range(one):
            assert p[one, other] == pytest.approx(stats.ttest_rel(items[one], items[other]).pvalue, rel=0.5, abs=0.02)
            assert stats.ttest_ind(items[one], items[other]).pvalue > p[one, other]


@pytest.mark.parametrize("k", [1, 2, 5, 300])
def test_pair_errors_are_the_spread_of_differences(k: int) -> None:
    draws = np.random.default_rng(k).normal(size=(k, 50))
    expected = [np.std(draws[one] - draws[other], ddof=1) for one in range(k) for other in range(one + 1, k)]
    assert pair_errors(draws) == pytest.approx(np.array(expected))


@given(st.integers(1, 30), st.integers(0, 1000))
def test_the_cut_rejects_what_adjusted_p_values_reject(m: int, seed: int) -> None:
    p = np.random.default_rng(seed).uniform(0, 0.05, m)
    assert ((p <= holm_cut(p, 0.05)) == (holm(p) <= 0.05)).all()


def test_rank_ranges_cover_the_true_ranks_and_shrink_with_more_items() -> None:
    widths = []
    for n in (100, 2000):
        _, _, draws = _shared(5, n, 2, 0.1)
        ranges = rank_ranges(draws)
        assert all(low <= place <= high for place, (low, high) in enumerate(ranges, start=1))
        widths.append(sum(high - low for low, high in ranges))
    assert widths[1] < widths[0]


def test_equal_models_share_all_ranks_and_one_group() -> None:
    draws = np.tile(np.random.default_rng(0).normal(size=200), (3, 1))
    standings = rank(np.full(3, 0.5), draws, pair_errors(draws))
    assert [(one.low, one.high, one.groups) for one in standings] == [(1, 3, (1,))] * 3


def test_models_far_apart_have_one_rank_and_a_group_each() -> None:
    _, values, draws = _shared(3, 500, 3, 1.0)
    standings = [(one.low, one.high, one.groups) for one in rank(values, draws, pair_errors(draws))]
    assert standings == [(1, 1, (1,)), (2, 2, (2,)), (3, 3, (3,))]


def test_a_model_without_a_value_in_a_draw_ranks_last_there() -> None:
    draws = np.array([[1.0, np.nan, np.nan, np.nan], [0.5, 0.5, 0.5, 0.5]])
    assert rank_ranges(draws) == [(1, 2), (1, 2)]


def _p(apart: np.ndarray) -> np.ndarray:
    """Return p values of pairs, 0 if they differ significantly, else 1."""
    p: np.ndarray = 1.0 - apart[np.triu_indices(len(apart), 1)]
    return p


def test_overlapping_ties_are_two_groups() -> None:
    apart = np.zeros((3, 3), dtype=bool)
    apart[0, 2] = apart[2, 0] = True
    assert tie_groups(np.array([0.7, 0.6, 0.5]), _p(apart), 0.05) == [(1,), (1, 2), (2,)]
    assert tie_groups(np.array([0.5, 0.7, 0.6]), _p(apart[[2, 0, 1]][:, [2, 0, 1]]), 0.05) == [(2,), (1,), (1, 2)]


@given(st.integers(1, 8), st.integers(0, 10_000))
def test_no_two_of_a_group_differ_significantly_and_all_have_one(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((k, k)) < 0.3, 1)
    apart = upper | upper.T
    groups = tie_groups(rng.random(k), _p(apart), 0.05)
    assert all(groups)
    for one in range(k):
        for other in range(k):
            if set(groups[one]) & set(groups[other]):
                assert not apart[one, other]


def test_detectable_difference_is_found_with_the_power_it_states() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 0.02, (2, 4000))
    step = min_detectable_difference(pair_errors(noise))
    assert step is not None
    found = np.abs(noise[0] - noise[1] + step) / np.std(noise[0] - noise[1]) > stats.norm.ppf(0.975)
    assert found.mean() == pytest.approx(0.8, abs=0.02)
    assert min_detectable_difference(pair_errors(noise[:1])) is None
