"""Agreement of answers with truth beyond chance, against scikit-learn on items repeated as often as they count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as peer

from harness.metrics.labels import cohen_kappa, macro_f1, macro_f1_all, mcc
from harness.metrics.outcome import NO_ANSWER, Labelled, LabelSets

LABELS = ("a", "b", "c", "d")


def labelled(gold: list[int], predicted: list[int]) -> Labelled:
    return Labelled(np.array(gold), np.array(predicted), np.full(len(gold), 4), LABELS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 40))
def test_mcc_kappa_and_f1_over_all_labels_are_those_of_sklearn(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    one = labelled(rng.integers(0, 3, size=n).tolist(), rng.integers(-1, 4, size=n).tolist())
    counts = rng.integers(0, 3, size=n)
    gold, said = np.repeat(one.gold, counts), np.repeat(one.predicted, counts)
    if gold.size == 0 or np.unique(gold).size == 1 or np.unique(said).size == 1:
        return
    weights = counts[None].astype(float)
    assert mcc(one, weights)[0] == pytest.approx(peer.matthews_corrcoef(gold, said))
    assert cohen_kappa(one, weights)[0] == pytest.approx(peer.cohen_kappa_score(gold, said))
    f1 = peer.f1_score(gold, said, labels=range(4), average="macro", zero_division=0)
    assert macro_f1_all(one, weights)[0] == pytest.approx(f1)


def test_always_the_same_answer_has_no_correlation_and_no_agreement_beyond_chance() -> None:
    constant = labelled([0, 1, 1, 2], [1, 1, 1, 1])
    assert np.isnan(mcc(constant, np.ones((1, 4)))[0])
    assert cohen_kappa(constant, np.ones((1, 4)))[0] == pytest.approx(0)


def test_an_absent_label_lowers_f1_over_all_labels_only() -> None:
    right = labelled([0, 1, 2], [0, 1, 2])
    assert macro_f1(right, np.ones((1, 3)))[0] == 1
    assert macro_f1_all(right, np.ones((1, 3)))[0] == pytest.approx(3 / 4)


def test_f1_over_all_labels_of_sets_is_that_of_sklearn() -> None:
    rng = np.random.default_rng(0)
    gold, said = rng.random((30, 4)) < [0.5, 0.3, 0, 0], rng.random((30, 4)) < 0.4
    found = macro_f1_all(LabelSets(gold, said, LABELS), np.ones((1, 30)))[0]
    assert found == pytest.approx(peer.f1_score(gold, said, average="macro", zero_division=0))


def test_answers_that_name_no_label_agree_with_nothing() -> None:
    silent = labelled([0, 1, 2, 3], [NO_ANSWER] * 4)
    assert cohen_kappa(silent, np.ones((1, 4)))[0] == 0
    assert np.isnan(mcc(silent, np.ones((1, 4)))[0])
    assert macro_f1_all(silent, np.ones((1, 4)))[0] == 0
