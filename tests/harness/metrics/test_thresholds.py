"""Weighted ranking metrics against scikit-learn on items repeated as often as they count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from harness.metrics.outcome import Ranked
from harness.metrics.ranked import areas, macro_auc, mean_ap
from harness.metrics.thresholds import cumulative


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 6), st.sampled_from([np.float32, np.float64]))
def test_areas_agree_with_sklearn_under_any_weights_and_ties(
    seed: int, n: int, levels: int, dtype: type[np.floating]
) -> None:
    rng = np.random.default_rng(seed)
    gold, scores = rng.random((n, 1)) < 0.4, rng.integers(0, levels, size=(n, 1)).astype(float)
    weights = rng.integers(0, 4, size=(3, n)).astype(dtype)
    found = areas(Ranked(gold, scores, ("a",)), weights)
    for row, counts in enumerate(weights.astype(int)):
        repeated, ranked = np.repeat(gold[:, 0], counts), np.repeat(scores[:, 0], counts)
        precise = average_precision_score(repeated, ranked) if repeated.any() else np.nan
        roc = roc_auc_score(repeated, ranked) if 0 < repeated.sum() < repeated.size else np.nan
        assert found.precision[row, 0] == pytest.approx(precise, abs=1e-6, nan_ok=True)
        assert found.roc[row, 0] == pytest.approx(roc, abs=1e-6, nan_ok=True)


def test_items_without_a_score_rank_last_as_one_tie() -> None:
    gold = np.array([[True], [False], [True], [False]])
    scores = np.array([[2.0], [1.0], [np.nan], [np.nan]])
    found = areas(Ranked(gold, scores, ("a",)), np.ones((1, 4)))
    assert found.roc[0, 0] == pytest.approx(roc_auc_score(gold[:, 0], [2, 1, 0, 0]))
    assert found.precision[0, 0] == pytest.approx(average_precision_score(gold[:, 0], [2, 1, 0, 0]))


def test_labels_true_of_no_item_or_of_all_are_left_out() -> None:
    gold = np.array([[True, False, True], [False, False, True]])
    ranked = Ranked(gold, np.array([[0.2, 0.9, 0.1], [0.1, 0.8, 0.3]]), ("a", "none", "all"))
    assert mean_ap(ranked, np.ones((1, 2)))[0] == 1.0
    assert macro_auc(ranked, np.ones((1, 2)))[0] == 1.0
    nothing = Ranked(np.zeros((2, 1), dtype=bool), np.zeros((2, 1)), ("none",))
    assert np.isnan(mean_ap(nothing, np.ones((1, 2)))[0])


def test_areas_of_one_outcome_are_not_given_for_another() -> None:
    weights = np.ones((1, 2))
    good = Ranked(np.array([[True], [False]]), np.array([[1.0], [0.0]]), ("a",))
    bad = Ranked(good.gold, -good.scores, ("a",))
    assert macro_auc(good, weights)[0] == 1.0
    assert macro_auc(bad, weights)[0] == 0.0
    assert macro_auc(good, weights)[0] == 1.0


@settings(deadline=None)
@given(st.integers(1, 70), st.integers(1, 3))
def test_cumulative_is_a_running_sum(height: int, width: int) -> None:
    rows = np.random.default_rng(height).integers(0, 5, size=(height, width)).astype(np.float32)
    assert (cumulative(rows) == np.cumsum(rows, axis=0)).all()
