"""Positions by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ceilings.positions import Bounds, bounds, position
from harness.intervals import Bootstrap

NOISE = np.random.default_rng(0).normal(scale=0.01, size=2000)
NAMES = Bounds("majority", "knn")


def around(value: float, noise: np.ndarray = NOISE) -> Bootstrap:
    return Bootstrap(value, value + noise, value + noise[:50], clusters=10**6, seed=1)


@pytest.mark.parametrize(("score", "place"), [(0.2, 0.0), (0.4, 0.5), (0.6, 1.0), (0.7, 1.25), (0.1, -0.25)])
def test_a_position_is_the_share_of_the_way_from_floor_to_ceiling(score: float, place: float) -> None:
    other = np.random.default_rng(1).normal(scale=0.01, size=2000)
    found = position(around(score, other), around(0.2), around(0.6), NAMES, higher_is_better=True, level=0.95)
    assert found.value == pytest.approx(place)
    assert found.interval is not None
    assert found.interval.low < place < found.interval.high
    assert (found.floor, found.ceiling) == ("majority", "knn")


def test_a_position_on_a_loss_runs_the_other_way() -> None:
    found = position(around(0.4), around(0.6), around(0.2), NAMES, higher_is_better=False, level=0.95)
    assert found.value == pytest.approx(0.5)


@pytest.mark.parametrize("ceiling", [0.2, 0.15, 0.201])
def test_no_position_where_the_ceiling_is_not_surely_above_the_floor(ceiling: float) -> None:
    other = np.random.default_rng(2).normal(scale=0.01, size=2000)
    found = position(around(0.4), around(0.2), around(ceiling, other), NAMES, higher_is_better=True, level=0.95)
    assert found.value is None
    assert found.reason == "no predictor from valence and arousal is surely better than majority here"


def test_the_best_of_each_kind_bounds_a_metric_in_its_own_direction() -> None:
    values = {"majority": 0.2, "all": 0.3, "prototype": 0.5, "knn_best_sets": 0.6, "lookup": 0.9, "boosting": None}
    assert bounds(values, higher_is_better=True) == Bounds("all", "knn_best_sets")
    assert bounds(values, higher_is_better=False) == Bounds("majority", "prototype")


@pytest.mark.parametrize("values", [{"majority": 0.2}, {"knn": 0.5}, {"majority": None, "knn": 0.5}, {}])
def test_no_bounds_where_either_kind_is_missing(values: dict[str, float | None]) -> None:
    assert bounds(values, higher_is_better=True) is None
