"""Intervals against scipy's bootstrap and statsmodels, and where there is none."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from harness.bootstrap import resample
from harness.intervals import BASIC, BCA, PERCENTILE, WILSON, Bootstrap, basic, bca, percentile, wilson
from harness.metrics.algebra import weighted_mean

SKEWED = np.random.default_rng(5).exponential(size=80)


def test_both_intervals_agree_with_scipy_on_a_skewed_mean() -> None:
    spread = resample([lambda weights: weighted_mean(SKEWED, weights)], np.arange(80), draws=9999, seed=1)[0]
    width = spread.draws.std()
    methods: tuple[Literal["percentile", "BCa"], ...] = ("percentile", "BCa")
    for ours, method in zip((percentile(spread), bca(spread)), methods, strict=True):
        widened = 2 * stats.norm.cdf(stats.t.ppf(0.975, 79) * np.sqrt(80 / 79)) - 1
        theirs = stats.bootstrap((SKEWED,), np.mean, method=method, confidence_level=widened, rng=2).confidence_interval
        assert ours is not None
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.08 * width)


def test_from_few_normal_values_the_interval_of_a_mean_is_that_of_student() -> None:
    values = stats.norm.ppf(np.arange(0.5, 12) / 12)
    spread = resample([lambda weights: weighted_mean(values, weights)], np.arange(12), draws=20_000)[0]
    low, high = stats.t.interval(0.95, 11, loc=values.mean(), scale=stats.sem(values))
    found = percentile(spread)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), rel=0.06)


def test_basic_is_percentile_mirrored_at_the_value() -> None:
    spread = Bootstrap(0.3, np.linspace(0.3, 0.5, 1001), np.array([0.29, 0.31]), clusters=10**6, seed=0)
    plain, mirrored = percentile(spread), basic(spread)
    assert plain is not None
    assert mirrored is not None
    assert (mirrored.low, mirrored.high) == pytest.approx((0.6 - plain.high, 0.6 - plain.low))
    assert mirrored.method == BASIC
    assert basic(Bootstrap(0.3, np.full(10, np.nan), np.ones(2), clusters=9, seed=0)) is None


def test_bca_lies_to_the_right_of_percentile_where_the_data_are_skewed_to_the_right() -> None:
    spread = resample([lambda weights: weighted_mean(SKEWED, weights)], np.arange(80), draws=9999, seed=1)[0]
    corrected, plain = bca(spread), percentile(spread)
    assert corrected is not None
    assert plain is not None
    assert corrected.low > plain.low
    assert corrected.high > plain.high


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (7, 7), (31, 100), (1, 1)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_wilson_agrees_with_statsmodels(successes: int, n: int, level: float) -> None:
    low, high = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    found = wilson(successes, n, level)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.method, found.draws, found.seed) == (WILSON, None, None)


def test_a_lower_level_gives_a_narrower_interval_and_says_so() -> None:
    spread = Bootstrap(0.0, np.linspace(-1, 1, 1001), np.array([-1.0, 0.0, 1.0]), clusters=10**6, seed=3)
    for make, method in ((percentile, PERCENTILE), (bca, BCA)):
        wide, narrow = make(spread, 0.95), make(spread, 0.5)
        assert wide is not None
        assert narrow is not None
        assert (narrow.low, narrow.high) == pytest.approx((-0.5, 0.5), abs=0.01)
        assert (wide.low, wide.high) == pytest.approx((-0.95, 0.95), abs=0.01)
        assert (narrow.level, narrow.method, narrow.draws, narrow.seed) == (0.5, method, 1001, 3)


def test_no_interval_where_more_than_one_draw_in_twenty_has_no_value() -> None:
    draws = np.r_[np.full(6, np.nan), np.linspace(0, 1, 94)]
    spread = Bootstrap(0.5, draws, np.array([0.4, 0.6]), clusters=10**6, seed=0)
    assert percentile(spread) is None
    assert bca(spread) is None
    assert spread.error is None
    assert percentile(Bootstrap(0.5, draws[1:], np.array([0.4, 0.6]), clusters=10**6, seed=0)) is None
    assert percentile(Bootstrap(0.5, draws[2:], np.array([0.4, 0.6]), clusters=10**6, seed=0)) is not None


def test_bca_is_not_claimed_where_the_value_lies_outside_of_all_draws() -> None:
    spread = Bootstrap(2.0, np.linspace(0, 1, 100), np.array([0.4, 0.6]), clusters=10**6, seed=0)
    assert bca(spread) is None
    assert percentile(spread) is not None


def test_a_value_that_never_varies_has_an_interval_of_no_width() -> None:
    spread = Bootstrap(5.0, np.full(100, 5.0), np.full(10, 5.0), clusters=10**6, seed=0)
    found = bca(spread)
    assert found is not None
    assert (found.low, found.high) == (5.0, 5.0)
