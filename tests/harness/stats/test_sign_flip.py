"""The sign-flip test against scipy's permutation test, the paired t-test, and an enumeration of all flips."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.stats.sign_flip import FLIPS, pseudo_values, sign_flip


@given(st.integers(0, 10_000), st.integers(2, 11))
@settings(max_examples=20, deadline=None)
def test_of_few_clusters_it_is_the_exact_permutation_test(seed: int, groups: int) -> None:
    gaps = np.random.default_rng(seed).normal(0.5, 1, groups)
    exact = stats.permutation_test((gaps,), np.mean, permutation_type="samples", n_resamples=3000)
    assert sign_flip(gaps) == pytest.approx(exact.pvalue)


def test_ties_between_flips_count_as_extreme() -> None:
    for won, lost in ((6, 0), (7, 2), (3, 1)):
        gaps = np.array([0.1] * won + [-0.1] * lost + [0.0])
        assert sign_flip(gaps) == pytest.approx(stats.binomtest(won, won + lost).pvalue)


def test_of_many_clusters_it_is_the_t_test_of_the_pair() -> None:
    rng = np.random.default_rng(1)
    for shift in (0.05, 0.1, 0.15):
        gaps = rng.normal(shift, 1, 200)
        assert sign_flip(gaps) == pytest.approx(stats.ttest_1samp(gaps, 0).pvalue, abs=0.02)


def test_sure_differences_have_p_values_below_those_of_drawn_flips_yet_not_too_small() -> None:
    gaps = np.random.default_rng(2).normal(2, 1, 18)
    flips = np.array(list(itertools.product((1, -1), repeat=18))) @ gaps
    exact = float((np.abs(flips) >= abs(gaps.sum()) - 1e-9).mean())
    assert exact <= sign_flip(gaps) < 1 / FLIPS


def test_pseudo_values_of_a_mean_are_its_terms_and_of_a_variance_have_its_unbiased_mean() -> None:
    rows = np.random.default_rng(3).normal(size=20)
    without = [np.delete(rows, place) for place in range(20)]
    of_mean = pseudo_values(rows.mean(), np.array([one.mean() for one in without]), corrected=False)
    of_variance = pseudo_values(rows.var(), np.array([one.var() for one in without]), corrected=True)
    plain = pseudo_values(rows.var(), np.array([one.var() for one in without]), corrected=False)
    assert of_mean == pytest.approx(rows)
    assert of_variance is not None
    assert of_variance.mean() == pytest.approx(rows.var(ddof=1))
    assert plain is not None
    assert plain.mean() == pytest.approx(rows.var())


def test_without_a_value_there_are_none() -> None:
    left_out = np.ones(40)
    assert pseudo_values(float("nan"), left_out, corrected=False) is None
    for lacking, known in ((2, True), (3, False)):  # 5 % of 40 may lack one
        left_out[:lacking] = np.nan
        assert (pseudo_values(1.0, left_out, corrected=False) is not None) == known


def test_equal_means_of_skewed_differences_alarm_in_one_test_of_twenty() -> None:
    rng = np.random.default_rng(4)
    alarms = [sign_flip(rng.chisquare(4, 60) - 4) < 0.05 for _ in range(600)]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.027)  # three standard errors
