"""Positions by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from harness.kinds import get
from harness.record import NormalizedScore
from harness.scoring.normalized_score import Bounds, best_predictor, bounds, normalized_score, overall
from harness.stats.intervals import Bootstrap

NOISE = np.random.default_rng(0).normal(scale=0.01, size=2000)
NAMES = Bounds("majority", "knn")
SCORE, LOSS = get("single_label").metric("macro_f1"), get("distribution").metric("js_divergence")
MEAN_AP = get("ranking").metric("mean_ap")


def around(value: float, noise: np.ndarray = NOISE) -> Bootstrap:
    return Bootstrap(value, value + noise, value + noise[:50], clusters=10**6, seed=1)


@pytest.mark.parametrize(("score", "place"), [(0.2, 0.0), (0.4, 0.5), (0.6, 1.0), (0.7, 1.25), (0.1, -0.25)])
def test_a_position_is_the_share_of_the_way_from_floor_to_ceiling(score: float, place: float) -> None:
    other = np.random.default_rng(1).normal(scale=0.01, size=2000)
    found = normalized_score(around(score, other), around(0.2), around(0.6), NAMES, SCORE)
    assert found.value == pytest.approx(place)
    assert found.interval is not None
    assert found.interval.low < place < found.interval.high
    assert found.floor_value == pytest.approx(0.2)
    assert (found.floor, found.ceiling) == ("majority", "knn")


def test_a_position_on_a_loss_runs_the_other_way() -> None:
    found = normalized_score(around(0.4), around(0.6), around(0.2), NAMES, LOSS)
    assert found.value == pytest.approx(0.5)


SHORT = "valence and arousal tell too little: from floor to ceiling is under "


@pytest.mark.parametrize(
    ("ceiling", "noise", "reason"),
    [
        (0.2, 0.001, SHORT + "10% of the range"),
        (0.29, 0.001, SHORT + "10% of the range"),
        (0.31, 0.05, SHORT + "3 standard errors"),
        (1.0, 0.0, "a rule that reads what is shown scores the best possible value"),
    ],
)
def test_no_position_where_the_way_from_floor_to_ceiling_is_short_or_built_in(
    ceiling: float, noise: float, reason: str
) -> None:
    other = np.random.default_rng(2).normal(scale=noise, size=2000)
    found = normalized_score(around(0.4), around(0.2, np.zeros(2000)), around(ceiling, other), NAMES, SCORE)
    assert (found.value, found.reason) == (None, reason)


def test_the_range_of_a_metric_with_a_fixed_chance_value_begins_there() -> None:
    kappa = get("multi_label").metric("pooled_kappa")
    for ceiling, has in ((0.11, True), (0.09, False)):
        found = normalized_score(around(0.05), around(0.0, np.zeros(2000)), around(ceiling), NAMES, kappa)
        assert (found.value is not None) == has


def test_the_best_of_each_kind_bounds_a_metric_in_its_own_direction() -> None:
    values = {"majority": 0.2, "all": 0.3, "prototype": 0.5, "knn_best_f1": 0.6, "lookup": 0.9, "boosting": None}
    assert best_predictor(values, higher_is_better=True) == "knn_best_f1"
    assert best_predictor(values, higher_is_better=False) == "prototype"
    assert bounds(values, "knn", higher_is_better=True) == Bounds("all", "knn")
    assert bounds(values, "knn", higher_is_better=False) == Bounds("majority", "knn")
    for other in ("chance", "shuffled"):
        assert bounds(values | {other: 0.4}, "knn", higher_is_better=True) == Bounds(other, "knn")


FLOORLESS = "no answer without knowledge of the item has a value"
TOPLESS = "no predictor from valence and arousal has a value"


@pytest.mark.parametrize(
    ("values", "reason", "floor", "ceiling"),
    [
        ({"majority": 0.2}, TOPLESS, "majority", None),
        ({"knn": 0.5}, FLOORLESS, None, "knn"),
        ({"majority": None, "knn": 0.5, "chance": None}, FLOORLESS, None, "knn"),
        ({}, FLOORLESS, None, None),
    ],
)
def test_no_bounds_where_either_kind_is_missing_and_the_reason_is_given(
    values: dict[str, float | None], reason: str, floor: str | None, ceiling: str | None
) -> None:
    expected = NormalizedScore(value=None, reason=reason, floor=floor, ceiling=ceiling)
    assert best_predictor(values, higher_is_better=True) == ceiling
    assert bounds(values, ceiling, higher_is_better=True) == expected


def test_a_position_of_a_metric_that_few_items_bias_is_cleared_of_the_bias_and_says_so() -> None:
    rng = np.random.default_rng(3)
    left = 0.3 + rng.normal(scale=0.001, size=40)
    left += 0.3005 - left.mean()  # each value left out is higher: the value is biased upward by 39 * 0.0005 or so
    score = Bootstrap(0.3, 0.32 + NOISE, left, clusters=40, seed=1)
    floor, ceiling = (Bootstrap(at, np.full(2000, at), np.full(40, at), 40, 1) for at in (0.2, 0.6))
    found = normalized_score(score, floor, ceiling, NAMES, MEAN_AP)
    middle = 0.25 - 39 * (left.mean() - 0.3) / 0.4
    reach = stats.t.ppf(0.975, 39) * np.sqrt(39 / 40 * ((left - left.mean()) ** 2).sum()) / 0.4
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((middle - reach, middle + reach))
    outside = not found.interval.low <= 0.25 <= found.interval.high
    assert outside
    assert "few items bias" in (found.note or "")
    plain = normalized_score(score, floor, ceiling, NAMES, SCORE)
    assert plain.interval is not None
    assert plain.interval.low > found.interval.low


def test_draws_with_nothing_to_reach_have_no_position_and_too_many_leave_no_interval() -> None:
    score, floor = around(0.4), around(0.2, np.zeros(2000))
    some = Bootstrap(0.6, np.where(np.arange(2000) < 20, 0.2, 0.6), np.full(50, 0.6), clusters=10**6, seed=1)
    found = normalized_score(score, floor, some, NAMES, SCORE)
    assert found.interval is not None
    assert np.isfinite([found.interval.low, found.interval.high]).all()
    undefined = around(0.4, np.where(np.arange(2000) < 200, np.nan, NOISE))
    few = normalized_score(undefined, floor, around(0.6, np.zeros(2000)), NAMES, SCORE)
    assert few.value == pytest.approx(0.5)
    assert few.interval is None
    assert "over 5 %" in (few.reason or "")
    unknown = normalized_score(score, floor, around(0.6, undefined.draws), NAMES, SCORE)
    assert (unknown.value, unknown.interval) == (None, None)
    assert "no standard error" in (unknown.reason or "")


def test_a_ceiling_with_a_rounding_error_from_the_best_value_is_built_in() -> None:
    distance = get("single_label").metric("va_distance")
    found = normalized_score(around(0.4), around(0.6), around(1.2e-8, np.zeros(2000)), NAMES, distance)
    assert found.value is None
    assert "reads what is shown" in (found.reason or "")


def test_whoever_is_the_floor_is_placed_at_0_without_an_interval_of_no_width() -> None:
    found = normalized_score(around(0.2), around(0.2), around(0.6, np.zeros(2000)), NAMES, SCORE)
    assert (found.value, found.interval) == (0, None)
    assert "all resamples are equal" in (found.reason or "")


def test_overall_is_the_mean_of_places_and_missing_where_one_has_none() -> None:
    noise = np.random.default_rng(4).normal(scale=0.01, size=2000)
    one, other = (normalized_score(around(at, noise), around(0.2), around(0.6), NAMES, SCORE) for at in (0.3, 0.5))
    assert one.interval is not None
    assert other.interval is not None
    mean, low, high = overall([one, other])
    assert (mean, low, high) == pytest.approx(
        (0.5, (one.interval.low + other.interval.low) / 2, (one.interval.high + other.interval.high) / 2)
    )
    nothing = NormalizedScore(value=None, reason="valence and arousal tell too little", floor="all", ceiling="knn")
    for places in ([one, None], [one, nothing], [one.model_copy(update={"interval": None})], []):
        assert overall(places) == (None, None, None)
