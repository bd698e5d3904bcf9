"""Metrics of stated confidence against scikit-learn, and against counting over every order of tied answers."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import brier_score_loss, roc_auc_score

from harness.kinds import get
from harness.metrics.outcome import Confident
from harness.scoring.chance import chances
from tests.harness.metrics.drawing import Case, values, weighted

LEVELS = [0.0, 0.1, 0.35, 0.7, 0.7000001, 1.0]


def confident(right: list[bool] | np.ndarray, sure: list[float] | np.ndarray) -> Confident:
    """Return answers to two-label items, right or wrong as said."""
    gold = np.zeros(len(right), dtype=np.int64)
    said = np.where(np.array(right, dtype=bool), 0, 1)
    return Confident(gold, said, np.full(len(right), 2), ("a", "b"), confidence=np.array(sure, dtype=np.float64))


@st.composite
def answers(draw: st.DrawFn) -> Case:
    n = draw(st.integers(1, 12))
    right = draw(hnp.arrays(np.bool_, n))
    sure = draw(hnp.arrays(np.float64, n, elements=st.sampled_from(LEVELS)))
    return confident(right, sure), draw(weighted(n))


def value(name: str, outcome: Confident) -> float:
    return float(values(name, get("confidence"), outcome, np.ones((1, outcome.gold.size), dtype=np.int64))[0])


@given(answers())
def test_auroc_and_brier_are_sklearns_under_weights(case: Case) -> None:
    outcome, weights = case
    right = (outcome.gold == outcome.predicted).astype(int)
    auroc, brier = (
        values(name, get("confidence"), outcome, weights) for name in ("confidence_auroc", "confidence_brier")
    )
    for row, drawn in enumerate(weights):
        assert brier[row] == pytest.approx(
            brier_score_loss(right, outcome.confidence, sample_weight=drawn, pos_label=1)
        )
        present = set(right[drawn > 0])
        if len(present) == 2:
            assert auroc[row] == pytest.approx(roc_auc_score(right, outcome.confidence, sample_weight=drawn))
        else:
            assert np.isnan(auroc[row])


def area(right: list[float], fine: int = 4000) -> float:
    """Integrate accuracy over coverage by the midpoint rule; answers in their order, each an interval of coverage."""
    steps = (np.arange(len(right) * fine) + 0.5) / fine
    hits = np.concatenate([[0.0], np.cumsum(right)])
    whole = steps.astype(int)
    kept = hits[whole] + (steps - whole) * np.array(right)[whole]
    return float((kept / steps).mean())


def test_selective_accuracy_is_the_area_under_accuracy_by_coverage() -> None:
    rng = np.random.default_rng(4)
    right, sure = rng.random(30) < 0.6, rng.permutation(30) / 30
    order = np.argsort(-sure)
    found = value("selective_accuracy", confident(right, sure))
    assert found == pytest.approx(area(right[order].astype(float).tolist()), abs=1e-3)


def test_tied_answers_count_as_the_mean_over_their_orders() -> None:
    # of each order, every answer is cut into a thousand equally sure slices, so that coverage is nearly continuous
    right, sure, slices = [True, False, True, False], [0.9, 0.5, 0.5, 0.5], 1000
    tied = value("selective_accuracy", confident(right, sure))
    mixed = [area([float(right[0]), *np.full(3, np.mean([right[place] for place in order]))], slices)
             for order in permutations([1, 2, 3])]  # fmt: skip
    assert tied == pytest.approx(np.mean(mixed), abs=1e-3)
    # all alike: any share kept has the accuracy of all
    assert value("selective_accuracy", confident(right, [0.5] * 4)) == pytest.approx(0.5)
    assert value("accuracy_of_surest_half", confident(right, sure)) == pytest.approx((1 + 1 / 3) / 2)


@given(answers())
def test_an_item_that_counts_twice_is_the_same_item_twice(case: Case) -> None:
    outcome, weights = case
    for metric in get("confidence").metrics:
        found = metric.compute(outcome, weights.astype(np.float64))
        for row, drawn in enumerate(weights):
            again = Confident(
                np.repeat(outcome.gold, drawn),
                np.repeat(outcome.predicted, drawn),
                np.repeat(outcome.sizes, drawn),
                outcome.labels,
                confidence=np.repeat(outcome.confidence, drawn),
            )
            assert found[row] == pytest.approx(metric.value(again, int(drawn.sum())), nan_ok=True), metric.name


def test_honest_confidence_is_calibrated_and_bold_confidence_is_not() -> None:
    rng = np.random.default_rng(5)
    sure = rng.uniform(0, 1, 20_000)
    honest = confident(rng.random(sure.size) < sure, sure)
    assert value("confidence_ece", honest) < 0.02
    assert value("overconfidence", honest) == pytest.approx(0, abs=0.01)
    bold = confident(rng.random(sure.size) < 0.5, np.ones(sure.size))
    assert value("confidence_ece", bold) == pytest.approx(0.5, abs=0.02)
    assert value("overconfidence", bold) == pytest.approx(0.5, abs=0.02)


def test_calibration_error_by_hand() -> None:
    # bins (0.6, 0.7] with two answers, one right, and (0.9, 1.0] with one wrong
    outcome = confident([True, False, False], [0.7, 0.65, 0.95])
    expected = 2 / 3 * abs((0.7 + 0.65) / 2 - 1 / 2) + 1 / 3 * 0.95
    assert value("confidence_ece", outcome) == pytest.approx(expected)


def test_wrong_answers_without_confidence_fool_brier_but_not_the_main_score() -> None:
    outcome = confident([False] * 10, [0.0] * 10)
    assert value("confidence_brier", outcome) == 0.0
    assert value("selective_accuracy", outcome) == 0.0


def test_chance_is_a_random_label_and_does_not_know_when_it_is_right() -> None:
    outcome = confident([True] * 800, [1.0] * 800)
    by_name = {metric.name: metric for metric in get("confidence").metrics}
    assert chances(get("confidence"), [by_name["selective_accuracy"]], outcome, 800)[
        by_name["selective_accuracy"].name
    ] == pytest.approx(0.5, abs=0.01)
    assert (
        chances(get("confidence"), [by_name["confidence_auroc"]], outcome, 800)[by_name["confidence_auroc"].name] == 0.5
    )
