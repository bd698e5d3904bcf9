"""Distributions of answers against scipy, and F1 against votes by hand and against plain F1."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from harness.metrics.bias import answer_jsd, overuse
from harness.metrics.labels import macro_f1, micro_f1
from harness.metrics.outcome import NO_ANSWER, Labelled, LabelSets
from harness.metrics.votes import soft_macro_f1, soft_micro_f1

RNG = np.random.default_rng(1)
GOLD, SAID = RNG.random((50, 3)) < 0.5, RNG.random((50, 3)) < 0.4


def test_divergence_is_that_of_scipy_with_silence_as_an_answer_of_its_own() -> None:
    one = Labelled(np.array([0, 0, 1, 1]), np.array([0, 0, 0, NO_ANSWER]), np.full(4, 2), ("a", "b"))
    expected = jensenshannon([0.5, 0.5, 0], [0.75, 0, 0.25], base=2) ** 2
    assert answer_jsd(one, np.ones((1, 4)))[0] == pytest.approx(expected)
    assert overuse(one, np.ones((1, 4)))[0] == pytest.approx(1 - 0.5)  # all labels answered are "a", half are true


def test_silence_neither_lowers_overuse_nor_is_a_leaning_of_its_own() -> None:
    gold = np.array([0, 0, 1, 1, 2, 2])
    for said in ([0, 0, 0, 0, 0, 0], [0, NO_ANSWER, 0, NO_ANSWER, NO_ANSWER, NO_ANSWER]):
        one = Labelled(gold, np.array(said), np.full(6, 3), ("a", "b", "c"))
        assert overuse(one, np.ones((1, 6)))[0] == pytest.approx(2 / 3)
    mute = Labelled(gold, np.full(6, NO_ANSWER), np.full(6, 3), ("a", "b", "c"))
    assert np.isnan([overuse(mute, np.ones((1, 6)))[0], answer_jsd(mute, np.ones((1, 6)))[0]]).all()


def test_the_right_distribution_has_no_bias_even_where_every_answer_is_wrong() -> None:
    one = Labelled(np.array([0, 1]), np.array([1, 0]), np.full(2, 2), ("a", "b"))
    assert answer_jsd(one, np.ones((1, 2)))[0] == pytest.approx(0)
    assert overuse(one, np.ones((1, 2)))[0] == 0


def test_sets_are_compared_by_shares_of_labels_named() -> None:
    sets = LabelSets(GOLD, SAID, ("a", "b", "c"))
    expected = jensenshannon(GOLD.sum(axis=0), SAID.sum(axis=0), base=2) ** 2
    assert answer_jsd(sets, np.ones((1, 50)))[0] == pytest.approx(expected)


def test_no_bias_is_stated_where_nothing_is_named() -> None:
    empty = LabelSets(GOLD, np.zeros_like(SAID), ("a", "b", "c"))
    assert np.isnan(answer_jsd(empty, np.ones((1, 50)))[0])
    assert np.isnan(overuse(empty, np.ones((1, 50)))[0])


def test_unanimous_votes_give_plain_f1() -> None:
    sets = LabelSets(GOLD, SAID, ("a", "b", "c"), votes=GOLD.astype(float))
    weights = RNG.integers(0, 3, size=(4, 50)).astype(float)
    assert soft_macro_f1(sets, weights) == pytest.approx(macro_f1(sets, weights))
    assert soft_micro_f1(sets, weights) == pytest.approx(micro_f1(sets, weights))


def test_half_a_vote_is_half_a_hit() -> None:
    votes = np.array([[1.0, 0.5]])
    sets = LabelSets(votes > 0, np.array([[False, True]]), ("a", "b"), votes=votes)
    assert soft_micro_f1(sets, np.ones((1, 1)))[0] == pytest.approx(2 * 0.5 / (1.5 + 1))
    assert soft_macro_f1(sets, np.ones((1, 1)))[0] == pytest.approx((0 + 2 * 0.5 / (0.5 + 1)) / 2)


def test_no_value_without_votes() -> None:
    assert np.isnan(soft_macro_f1(LabelSets(GOLD, SAID, ("a", "b", "c")), np.ones((1, 50)))[0])
