"""Intervals against scipy's bootstrap and statsmodels, and where there is none."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from harness.bootstrap import resample
from harness.intervals import BCA, PERCENTILE, WILSON, Bootstrap, bca, percentile, wilson
from harness.metrics.algebra import weighted_mean

SKEWED = np.random.default_rng(5).exponential(size=80)


def test_both_intervals_agree_with_scipy_on_a_skewed_mean() -> None:
    spread = resample([lambda weights: weighted_mean(SKEWED, weights)], np.arange(80), draws=9999, seed=1)[0]
    width = spread.draws.std()
    methods: tuple[Literal["percentile", "BCa"], ...] = ("percentile", "BCa")
    for ours, method in zip((percentile(spread), bca(spread)), methods, strict=True):
        theirs = stats.bootstrap((SKEWED,), np.mean, method=method, rng=2).confidence_interval
        assert ours is not None
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.08 * width)


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
    spread = Bootstrap(0.0, np.linspace(-1, 1, 1001), np.array([-1.0, 0.0, 1.0]), seed=3)
    for make, method in ((percentile, PERCENTILE), (bca, BCA)):
        wide, narrow = make(spread, 0.95), make(spread, 0.5)
        assert wide is not None
        assert narrow is not None
        assert (narrow.low, narrow.high) == pytest.approx((-0.5, 0.5), abs=0.01)
        assert (wide.low, wide.high) == pytest.approx((-0.95, 0.95), abs=0.01)
        assert (narrow.level, narrow.method, narrow.draws, narrow.seed) == (0.5, method, 1001, 3)


def test_no_interval_where_more_than_one_draw_in_twenty_has_no_value() -> None:
    draws = np.r_[np.full(6, np.nan), np.linspace(0, 1, 94)]
    spread = Bootstrap(0.5, draws, np.array([0.4, 0.6]), seed=0)
    assert percentile(spread) is None
    assert bca(spread) is None
    assert spread.error is None
    assert percentile(Bootstrap(0.5, draws[1:], np.array([0.4, 0.6]), seed=0)) is None
    assert percentile(Bootstrap(0.5, draws[2:], np.array([0.4, 0.6]), seed=0)) is not None


def test_bca_is_not_claimed_where_the_value_lies_outside_of_all_draws() -> None:
    spread = Bootstrap(2.0, np.linspace(0, 1, 100), np.array([0.4, 0.6]), seed=0)
    assert bca(spread) is None
    assert percentile(spread) is not None


def test_a_value_that_never_varies_has_an_interval_of_no_width() -> None:
    spread = Bootstrap(5.0, np.full(100, 5.0), np.full(10, 5.0), seed=0)
    found = bca(spread)
    assert found is not None
    assert (found.low, found.high) == (5.0, 5.0)
