"""Intervals against scipy's bootstrap and statsmodels, and where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.special import expit, logit
from statsmodels.stats.proportion import proportion_confint

from harness.kinds import get
from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Labelled
from harness.record import Interval
from harness.stats.arrays import Floats, Weights
from harness.stats.bootstrap import resample
from harness.stats.intervals import (
    BCA,
    JACKKNIFE,
    PERCENTILE,
    STUDENT,
    WILSON,
    Bootstrap,
    bca,
    corrected,
    jackknife,
    percentile,
    student,
    wilson,
    wilson_of_clusters,
)

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


def test_student_is_the_t_interval_of_logits() -> None:
    rng = np.random.default_rng(0)
    draws = rng.beta(20, 5, 2000)
    spread = Bootstrap(0.85, draws, np.array([0.8, 0.9]), clusters=16, seed=4)
    found = student(spread, (0.0, 1.0))
    error = logit(draws).std(ddof=1) * np.sqrt(16 / 15)
    ends = stats.t.interval(0.95, 15, loc=logit(0.85), scale=error)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(expit(ends)))
    assert (found.method, found.draws, found.seed) == (STUDENT, 2000, 4)
    doubled = Bootstrap(0.7, 2 * draws - 1, np.array([0.6, 0.8]), clusters=16, seed=4)
    wider = student(doubled, (-1.0, 1.0))
    assert wider is not None
    assert (wider.low, wider.high) == pytest.approx((2 * found.low - 1, 2 * found.high - 1))


def test_jackknife_takes_the_bias_off_a_variance_and_has_its_known_error() -> None:
    values = np.random.default_rng(1).normal(size=30)

    def variance(weights: Weights) -> Floats:
        return weighted_mean(values**2, weights) - weighted_mean(values, weights) ** 2

    [spread] = resample([variance], np.arange(30), draws=50)
    span = (-1e6, 1e6)  # so wide that its logit is a straight line
    found = jackknife(spread, span)
    left = [np.delete(values, row).var() for row in range(30)]
    error = np.sqrt(29 / 30 * ((left - np.mean(left)) ** 2).sum())
    ends = stats.t.interval(0.95, 29, loc=values.var(ddof=1), scale=error)  # the corrected variance is the unbiased one
    assert found is not None
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-4)
    assert (found.method, found.draws, found.seed) == (JACKKNIFE, None, None)


def test_above_two_hundred_clusters_the_jackknife_leaves_out_groups_and_keeps_its_width() -> None:
    values = np.random.default_rng(2).random(1000)
    [spread] = resample([lambda weights: weighted_mean(values, weights)], np.arange(1000), draws=50)
    found = jackknife(spread, (0.0, 1.0))
    assert found is not None
    assert found.seed is not None
    ends = stats.t.interval(0.95, 999, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(ends, abs=0.15 * (ends[1] - ends[0]))


def test_at_an_end_of_the_span_the_percentile_interval_stands_in() -> None:
    draws = np.r_[np.full(200, 1.0), np.linspace(0.8, 0.99, 800)]
    spread = Bootstrap(0.95, draws, np.array([0.9, 1.0]), clusters=40, seed=0)
    for make in (student, jackknife):
        found = make(spread, (0.0, 1.0))
        assert found == percentile(spread)
        nothing = Bootstrap(0.5, np.full(100, np.nan), np.full(10, np.nan), clusters=40, seed=0)
        assert make(nothing, (0.0, 1.0)) is None


@given(st.integers(0, 10_000), st.integers(2, 30))
def test_no_interval_on_the_logit_scale_leaves_its_span(seed: int, n: int) -> None:
    values = np.random.default_rng(seed).beta(0.5, 0.5, n)
    [spread] = resample([lambda weights: weighted_mean(values, weights)], np.arange(n), draws=40)
    for make in (student, jackknife):
        found = make(spread, (0.0, 1.0))
        assert found is not None
        assert 0 <= found.low <= found.high <= 1


@pytest.mark.parametrize("interval", [student, jackknife])
def test_within_rounding_of_an_end_of_the_span_the_percentile_interval_stands_in(
    interval: Callable[[Bootstrap, tuple[float, float]], Interval | None],
) -> None:
    nearly = np.nextafter(1.0, 0.0)  # below 1, but (1 + nearly) / 2 is 1
    spread = Bootstrap(float(nearly), np.full(100, nearly), np.full(20, nearly), clusters=20, seed=0)
    found = interval(spread, (-1.0, 1.0))
    assert found is not None
    assert (found.method, found.low, found.high) == (PERCENTILE, nearly, nearly)


def ends_of(found: Interval | None) -> tuple[float, float]:
    assert found is not None
    return found.low, found.high


def test_a_divergence_biased_upward_is_covered_once_its_bias_is_taken_off() -> None:
    answer_jsd = next(metric for metric in get("single_label").metrics if metric.name == "answer_jsd")
    true, said = np.array([0.3, 0.3, 0.2, 0.1, 0.1]), np.array([0.34, 0.26, 0.2, 0.1, 0.1])
    divergence = jensenshannon(true, said, base=2) ** 2
    held = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        answers = Labelled(rng.choice(5, 100, p=true), rng.choice(5, 100, p=said), np.full(100, 5), tuple("abcde"))
        spread = resample([partial(answer_jsd.compute, answers)], np.arange(100), draws=300, seed=seed)[0]
        both = ends_of(percentile(spread)), ends_of(corrected(spread, answer_jsd.span))
        held.append([low <= divergence <= high for low, high in both])
    plain, better = np.mean(held, axis=0)
    assert plain < 0.7
    assert better > 0.9


def test_corrected_is_the_normal_interval_of_a_mean_and_is_cut_at_the_span() -> None:
    x = np.random.default_rng(2).normal(0.5, 0.2, size=60)
    spread = resample([lambda w: w @ x / w.sum(axis=1)], np.arange(60), draws=20_000)[0]
    ends = stats.ttest_1samp(x, 0).confidence_interval()
    assert ends_of(corrected(spread, (0.0, 1.0))) == pytest.approx((ends.low, ends.high), abs=0.002)
    assert ends_of(corrected(spread, (0.5, 0.51)))[1] == 0.51
    none = replace(spread, draws=np.full(100, np.nan))
    assert corrected(none, (0.0, 1.0)) is None


def test_bca_lies_to_the_right_of_percentile_where_the_data_are_skewed_to_the_right() -> None:
    spread = resample([lambda weights: weighted_mean(SKEWED, weights)], np.arange(80), draws=9999, seed=1)[0]
    corrected, plain = bca(spread), percentile(spread)
    assert corrected is not None
    assert plain is not None
    assert corrected.low > plain.low
    assert corrected.high > plain.high


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (7, 7), (31, 100), (1, 1)])
def test_wilson_agrees_with_statsmodels(successes: int, n: int) -> None:
    low, high = proportion_confint(successes, n, alpha=0.05, method="wilson")
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.method, found.draws, found.seed) == (WILSON, None, None)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_share_that_every_cluster_has_is_as_sure_as_there_are_clusters(value: float) -> None:
    low, high = proportion_confint(12 * value, 12, 0.05, method="wilson")
    assert ends_of(wilson_of_clusters(value, 12)) == pytest.approx((low, high))


def test_an_interval_states_method_draws_and_seed() -> None:
    spread = Bootstrap(0.0, np.linspace(-1, 1, 1001), np.array([-1.0, 0.0, 1.0]), clusters=10**6, seed=3)
    for make, method in ((percentile, PERCENTILE), (bca, BCA)):
        found = make(spread)
        assert found is not None
        assert (found.low, found.high) == pytest.approx((-0.95, 0.95), abs=0.01)
        assert (found.method, found.draws, found.seed) == (method, 1001, 3)


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
