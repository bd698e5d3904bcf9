"""Metrics in the VA plane, by hand, on labels at known places."""

from __future__ import annotations

import numpy as np
import pytest

from harness.metrics.outcome import NO_ANSWER, Labelled, LabelSets
from harness.metrics.plane import graded_credit, group_f1, near_miss, pole_f1, va_distance, va_fit

ONE = np.ones((1, 1))
PLACES = np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.4], [1.0, 0.0]])


def said(gold: int, predicted: int, point: tuple[float, float] = (0.0, 0.0)) -> Labelled:
    distance = np.linalg.norm(PLACES - point, axis=1)[None]
    apart = np.linalg.norm(PLACES - PLACES[gold], axis=1)[None]
    sizes = np.array([4])
    return Labelled(np.array([gold]), np.array([predicted]), sizes, tuple("abcd"), distance=distance, apart=apart)


@pytest.mark.parametrize(("predicted", "distance"), [(0, 0.0), (1, 0.3), (2, 0.4), (3, 1.0), (NO_ANSWER, 1.0)])
def test_distance_and_fit_of_each_answer(predicted: int, distance: float) -> None:
    one = said(0, predicted)
    assert va_distance(one, ONE)[0] == pytest.approx(distance)
    random = (0 + 0.3 + 0.4 + 1.0) / 4
    assert va_fit(one, ONE)[0] == pytest.approx((random - distance) / random)


@pytest.mark.parametrize(("predicted", "share"), [(1, 1.0), (2, 0.5), (3, 0.0)])
def test_near_misses_are_the_share_of_other_wrong_labels_farther_away(predicted: int, share: float) -> None:
    assert near_miss(said(0, predicted), ONE)[0] == pytest.approx(share)


@pytest.mark.parametrize("predicted", [0, NO_ANSWER])
def test_right_answers_and_silence_are_no_misses(predicted: int) -> None:
    assert np.isnan(near_miss(said(0, predicted), ONE)[0])


def test_equally_far_labels_count_half() -> None:
    apart = np.array([[0.0, 0.5, 0.5]])
    one = Labelled(np.array([0]), np.array([1]), np.array([3]), tuple("abc"), distance=apart, apart=apart)
    assert near_miss(one, ONE)[0] == 0.5


def test_random_answers_fit_at_zero_and_miss_at_a_half() -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    gold, predicted, points = rng.integers(0, 4, n), rng.integers(0, 4, n), rng.uniform(-1, 1, (n, 2))
    distance = np.linalg.norm(PLACES - points[:, None], axis=2)
    apart = np.linalg.norm(PLACES - PLACES[gold][:, None], axis=2)
    one = Labelled(gold, predicted, np.full(n, 4), tuple("abcd"), distance=distance, apart=apart)
    assert va_fit(one, np.ones((1, n)))[0] == pytest.approx(0, abs=0.03)
    assert near_miss(one, np.ones((1, n)))[0] == pytest.approx(0.5, abs=0.01)


def test_a_set_lies_at_the_mean_of_its_labels_and_an_empty_one_farthest() -> None:
    distance = np.linalg.norm(PLACES, axis=1)[None].repeat(2, axis=0)
    chosen = np.array([[False, True, False, True], [False] * 4])
    sets = LabelSets(np.zeros((2, 4), dtype=bool), chosen, tuple("abcd"), distance=distance)
    assert va_distance(sets, np.array([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx([0.65, 1.0])


@pytest.mark.parametrize(
    ("gold", "predicted", "credit"),
    [("Fear", "Fear", 1), ("Fear", "Disquietment", 2 / 3), ("Fear", "Anger", 1 / 3), ("Fear", "Happiness", 0)],
)
def test_credit_by_the_ontology(gold: str, predicted: str, credit: float) -> None:
    labels = ("Anger", "Disquietment", "Fear", "Happiness")
    places = np.array([labels.index(gold)]), np.array([labels.index(predicted)])
    assert graded_credit(Labelled(*places, np.array([4]), labels), ONE)[0] == pytest.approx(credit)


def test_silence_earns_no_credit() -> None:
    labels = ("anger", "fear")
    one = Labelled(np.array([1]), np.array([NO_ANSWER]), np.array([2]), labels)
    assert graded_credit(one, ONE)[0] == 0


def test_sets_agree_by_group_and_by_pole() -> None:
    labels = ("Anger", "Annoyance", "Fear", "Happiness")
    gold = np.array([[True, False, False, True]])
    assert group_f1(LabelSets(gold, np.array([[False, True, False, True]]), labels), ONE)[0] == 1
    assert group_f1(LabelSets(gold, np.array([[False, False, True, True]]), labels), ONE)[0] == 0.5
    assert pole_f1(LabelSets(gold, np.array([[False, False, True, True]]), labels), ONE)[0] == 1


def test_no_value_without_published_terms_or_groups() -> None:
    plain = Labelled(np.array([0]), np.array([1]), np.array([2]), ("x", "y"))
    for compute in (va_distance, va_fit, near_miss, graded_credit):
        assert np.isnan(compute(plain, ONE)[0])
    sets = LabelSets(np.array([[True]]), np.array([[True]]), ("x",))
    assert np.isnan(group_f1(sets, ONE)[0])
