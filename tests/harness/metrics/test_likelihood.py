"""Probability scores against scikit-learn, and calibration against a hand calculation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn import metrics as peer

from harness.metrics import likelihood
from harness.metrics.likelihood import accuracy_norm, brier, brier_norm, ece, log_loss, log_loss_norm, top2_accuracy
from harness.metrics.outcome import Labelled
from harness.metrics.registry import Compute

ONES = np.ones((1, 12))


def scored(gold: np.ndarray, scores: np.ndarray, lengths: np.ndarray | None = None) -> Labelled:
    lengths = np.ones(scores.shape[1]) if lengths is None else lengths
    labels = tuple("abcdef"[: scores.shape[1]])
    sizes = np.full(gold.size, scores.shape[1])
    return Labelled(gold, scores.argmax(axis=1), sizes, labels, scores=scores, scores_norm=scores / lengths)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_top2_log_loss_and_brier_are_those_of_sklearn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gold, scores = rng.integers(0, 4, size=12), rng.normal(scale=4, size=(12, 4))
    one, given_ = scored(gold, scores), softmax(scores, axis=1)
    assert top2_accuracy(one, ONES)[0] == pytest.approx(peer.top_k_accuracy_score(gold, scores, k=2, labels=range(4)))
    assert log_loss(one, ONES)[0] == pytest.approx(peer.log_loss(gold, given_, labels=range(4)))
    per_label = [np.mean((given_[:, k] - (gold == k)) ** 2) for k in range(4)]
    assert brier(one, ONES)[0] == pytest.approx(sum(per_label))


def test_log_loss_stays_finite_where_the_truth_is_thought_impossible() -> None:
    one = scored(np.array([0]), np.array([[-2000.0, 0.0]]))
    assert log_loss(one, np.ones((1, 1)))[0] == pytest.approx(2000)


def test_ece_by_hand() -> None:
    confidences, right = np.array([0.62, 0.64, 0.91, 0.91]), [True, False, True, True]
    gold = np.where(right, 0, 1)
    one = scored(gold, np.log(np.stack([confidences, 1 - confidences], axis=1)))
    by_hand = 2 / 4 * abs(0.63 - 0.5) + 2 / 4 * abs(0.91 - 1.0)
    assert ece(one, np.ones((1, 4)))[0] == pytest.approx(by_hand)


def test_every_confidence_falls_in_one_bin_and_certainty_in_the_last() -> None:
    scores = np.array([[0.0, -1e4], [0.0, 0.0], [5.0, 1.0]])
    members, confidence, _ = likelihood.binned(scores, np.array([0, 1, 0]))
    assert (members.sum(axis=1) == 1).all()
    assert members[0].argmax() == likelihood.BINS - 1
    edges = members.argmax(axis=1) / likelihood.BINS
    assert (edges < confidence + 1e-12).all()
    assert (confidence <= edges + 1 / likelihood.BINS + 1e-12).all()


def test_normalised_scores_are_divided_by_characters() -> None:
    gold = np.array([1])
    one = scored(gold, np.array([[-4.0, -6.0]]), np.array([2.0, 6.0]))
    assert accuracy_norm(one, np.ones((1, 1)))[0] == 1
    expected = softmax([-2.0, -1.0])
    assert log_loss_norm(one, np.ones((1, 1)))[0] == pytest.approx(-np.log(expected[1]))
    assert brier_norm(one, np.ones((1, 1)))[0] == pytest.approx(expected[0] ** 2 + (1 - expected[1]) ** 2)


def test_of_equal_scores_the_first_offered_counts_as_likelier() -> None:
    one = scored(np.array([0, 1, 2]), np.zeros((3, 3)))
    assert top2_accuracy(one, np.ones((1, 3)))[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("compute", [top2_accuracy, accuracy_norm, brier, log_loss, ece])
def test_no_value_where_answers_are_texts(compute: Compute) -> None:
    text = Labelled(np.array([0, 1]), np.array([0, 0]), np.array([2, 2]), ("a", "b"))
    assert np.isnan(compute(text, np.ones((3, 2)))).all()
