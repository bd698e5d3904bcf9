"""Ranking metrics against scikit-learn, ties and bootstrap weights included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import average_precision_score, roc_auc_score

from harness.kinds import get
from harness.metrics.outcome import Ranked
from tests.harness.metrics.drawing import Case, ranked, values

ONES = np.ones((1, 4), dtype=np.int64)


@given(case=ranked())
def test_ranking_metrics_are_those_of_sklearn(case: Case) -> None:
    outcome, weights = case
    mean_ap = values("mean_ap", get("ranking"), outcome, weights)
    macro_auc = values("macro_auc", get("ranking"), outcome, weights)
    for draw, row in enumerate(weights):
        gold, scores = np.repeat(outcome.gold, row, axis=0), np.repeat(outcome.scores, row, axis=0)
        true, mixed = gold.any(axis=0), gold.any(axis=0) & ~gold.all(axis=0)
        precision = [average_precision_score(gold[:, k], scores[:, k]) for k in np.flatnonzero(true)]
        area = [roc_auc_score(gold[:, k], scores[:, k]) for k in np.flatnonzero(mixed)]
        assert mean_ap[draw] == pytest.approx(np.mean(precision) if precision else np.nan, nan_ok=True)
        assert macro_auc[draw] == pytest.approx(np.mean(area) if area else np.nan, nan_ok=True)


def one_label(gold: list[int], scores: list[float]) -> Ranked:
    return Ranked(np.array(gold, dtype=bool)[:, None], np.array(scores)[:, None], ("a",))


def test_by_hand() -> None:
    outcome = one_label([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    assert values("mean_ap", get("ranking"), outcome, ONES) == pytest.approx([(1 / 1 + 2 / 3) / 2])
    assert values("macro_auc", get("ranking"), outcome, ONES) == pytest.approx([3 / 4])


def test_equal_scores_are_neither_right_nor_wrong() -> None:
    outcome = one_label([1, 0, 1, 0], [-2.0] * 4)
    assert values("mean_ap", get("ranking"), outcome, ONES) == [0.5]
    assert values("macro_auc", get("ranking"), outcome, ONES) == [0.5]


@given(case=ranked())
def test_only_the_order_within_a_label_matters(case: Case) -> None:
    outcome, weights = case
    stretched = Ranked(outcome.gold, np.exp(outcome.scores) * 3 + np.arange(4) * 100, outcome.labels)
    for name in ("mean_ap", "macro_auc"):
        before = values(name, get("ranking"), outcome, weights)
        assert values(name, get("ranking"), stretched, weights) == pytest.approx(before, nan_ok=True), name


def test_labels_true_of_all_or_none_are_left_out() -> None:
    gold = np.array([[1, 0, 1], [1, 0, 0]], dtype=bool)
    outcome = Ranked(gold, np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 1.0]]), ("a", "b", "c"))
    two = np.ones((1, 2), dtype=np.int64)
    assert values("macro_auc", get("ranking"), outcome, two) == [1.0]
    assert values("mean_ap", get("ranking"), outcome, two) == [1.0]
    assert np.isnan(values("macro_auc", get("ranking"), one_label([0, 0, 0, 0], [1, 2, 3, 4]), ONES)).all()
