"""Metrics of described changes against scipy, scikit-learn and loops by hand, on expanded data for weights."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cosine
from scipy.stats import pearsonr
from sklearn.metrics import roc_auc_score

from harness.kinds import get
from harness.metrics.outcome import Changed
from harness.scoring.chance import chances
from harness.stats.arrays import Bools, Floats
from harness.stats.bootstrap import interval
from tests.harness.metrics.drawing import values

N = 60
RNG = np.random.default_rng(5)
NAMES = [metric.name for metric in get("change").metrics if metric.compute.__module__.endswith("change")]


def drawn(n: int = N) -> Changed:
    given_points = RNG.uniform(-1, 1, (n, 2, 2))
    read = 0.6 * given_points + RNG.normal(0, 0.4, given_points.shape)
    read[::7, 1] = read[::7, 0]  # some texts say that nothing changes
    told = np.abs(given_points[:, 1] - given_points[:, 0]) >= 0.5
    told[::5] = False
    answered = np.arange(n) % 11 != 0
    read[~answered] = 0.0
    return Changed({}, given_points, read, told, answered)


ONE = drawn()
WEIGHTS = np.concatenate([np.ones((1, N), dtype=np.int64), RNG.integers(0, 4, (3, N))])


def by_hand(name: str, given_points: Floats, read: Floats, told: Bools, answered: Bools) -> float:
    """Return a metric's value item by item."""
    was, is_ = given_points[:, 1] - given_points[:, 0], read[:, 1] - read[:, 0]
    if name == "right_direction":
        return float(np.mean([by_hand(f"{axis}_direction", given_points, read, told, answered) for axis in AXES]))
    if name == "change_cosine":
        rows = [
            0.0 if not answered[i] or not is_[i].any() else 1 - cosine(was[i], is_[i])
            for i in range(len(was))
            if told[i].any()
        ]
        return float(np.mean(rows))
    if name == "change_auc":
        size = np.hypot(*is_.T)
        size = np.where(answered, size, np.where(told.any(axis=1), -1.0, 99.0))
        return float(roc_auc_score(told.any(axis=1), size))
    axis = 0 if "valence" in name else 1
    if name.endswith("_direction"):
        shares = []
        for way in (1, -1):
            points = [
                0.0 if not answered[i] else 0.5 if is_[i, axis] == 0 else float(np.sign(is_[i, axis]) == way)
                for i in range(len(was))
                if told[i, axis] and np.sign(was[i, axis]) == way
            ]
            shares.append(np.mean(points))
        return float(np.mean(shares))
    if name.startswith(("first", "last")):
        end = 0 if name.startswith("first") else 1
        x, y = given_points[:, end, axis], read[:, end, axis]
    else:
        x, y = was[:, axis], is_[:, axis]
    if name.endswith("_r"):
        return float(pearsonr(x, y).statistic)
    return float(2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2))


AXES = ("valence", "arousal")


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_by_hand_and_a_weight_is_as_many_copies(name: str) -> None:
    found = values(name, get("change"), ONE, WEIGHTS)
    for value, counts in zip(found, WEIGHTS, strict=True):
        rows = np.repeat(np.arange(N), counts)
        assert value == pytest.approx(
            by_hand(name, ONE.given[rows], ONE.read[rows], ONE.large[rows], ONE.answered[rows]), abs=1e-6
        )


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_any_one_text_for_all_items_is_worth_a_half(ends: list[float]) -> None:
    constant = replace(ONE, read=np.tile(np.reshape(ends, (1, 2, 2)), (N, 1, 1)), answered=np.ones(N, dtype=np.bool_))
    for name in ("right_direction", "valence_direction", "arousal_direction", "change_auc"):
        assert values(name, get("change"), constant, WEIGHTS) == pytest.approx(np.full(len(WEIGHTS), 0.5))


def test_right_reversed_and_silent_answers_have_the_values_that_they_must() -> None:
    said = np.ones(N, dtype=np.bool_)
    cases = ((ONE.given, said, 1.0), (ONE.given[:, ::-1], said, 0.0), (np.zeros_like(ONE.read), ~said, 0.0))
    for read, answered, expected in cases:
        one = replace(ONE, read=read, answered=answered)
        assert values("right_direction", get("change"), one, WEIGHTS[:1]) == expected
    silent = replace(ONE, read=np.zeros_like(ONE.read), answered=~said)
    assert values("change_auc", get("change"), silent, WEIGHTS[:1]) == 0.0


def test_without_both_ways_there_is_no_share() -> None:
    rises = replace(ONE, large=ONE.large & (ONE.given_change > 0))
    for name in ("right_direction", "valence_direction", "arousal_direction"):
        assert np.isnan(values(name, get("change"), rises, WEIGHTS)).all()
    valence = replace(ONE, large=ONE.large & np.array([True, False]))
    both, one = (values(name, get("change"), valence, WEIGHTS) for name in ("right_direction", "valence_direction"))
    assert both == pytest.approx(one)


def test_chance_is_a_random_beginning_and_a_random_end() -> None:
    rows = np.repeat(np.arange(N), 20)
    many = Changed({}, ONE.given[rows], ONE.read[rows], ONE.large[rows], ONE.answered[rows])
    expected = {"right_direction": 0.5, "change_auc": 0.5, "change_cosine": 0.0, "valence_change_r": 0.0}
    known = {metric.name: metric for metric in get("change").metrics}
    for name, value in expected.items():
        assert chances(get("change"), [known[name]], many, 20 * N)[known[name].name] == pytest.approx(value, abs=0.02)
    said = get("change").at_random(many, np.random.default_rng(0))
    assert isinstance(said, Changed)
    for end, axis in product((0, 1), (0, 1)):
        assert np.quantile(said.read[:, end, axis], [0.25, 0.5, 0.75]) == pytest.approx([-0.5, 0, 0.5], abs=0.1)


@pytest.mark.parametrize(("clusters", "share"), [(142, 0.8), (142, 0.95), (100, 0.8)])
def test_the_interval_of_the_main_score_holds_the_true_share_as_often_as_it_says(clusters: int, share: float) -> None:
    (main_score,) = [metric for metric in get("change").metrics if metric.name == "right_direction"]
    rng = np.random.default_rng(2)
    ways = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [0, 0], [0, 0]])[np.arange(clusters) % 6]
    ends, said = np.zeros((clusters, 2, 2)), np.ones(clusters, dtype=np.bool_)
    ends[:, 1] = 0.7 * ways
    held = []
    for seed in range(300):
        read = ends * np.where(rng.random(ends.shape) < share, 1, -1)
        one = Changed({}, ends, read, ways != 0, said)
        found = interval(partial(main_score.compute, one), np.arange(clusters), draws=500, seed=seed)
        held.append(found is not None and found.low <= share <= found.high)
    assert 0.91 <= np.mean(held) <= 0.985  # 95 % is known to +- 2.5 points from 300 simulations
