"""The AUCs of the validity benchmark against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.known_groups import auc, quadrant_auc, remembered


def test_auc_is_scikit_learns_with_ties() -> None:
    rng = np.random.default_rng(0)
    p, n = rng.integers(0, 5, 30).astype(float), rng.integers(0, 4, 50).astype(float)
    assert auc(p, n) == pytest.approx(roc_auc_score([1] * 30 + [0] * 50, [*p, *n]))
    assert auc(np.array([*p, np.nan]), n) == auc(p, n)
    assert np.isnan(auc(p, np.array([np.nan])))


def test_quadrants_are_told_apart_by_signs() -> None:
    points = np.array([[0.5, 0.5], [0.4, 0.6], [0.5, -0.5], [-0.5, 0.5], [-0.5, -0.5]])
    differ = (np.sign(points)[:, None] != np.sign(points)[None]).sum(axis=-1)
    perfect = quadrant_auc(-differ.astype(float), points, points, without_self=True)
    assert (perfect.opposite, perfect.adjacent, perfect.valence, perfect.arousal) == (1, 1, 1, 1)
    blind = quadrant_auc(np.ones((5, 5)), points, points)
    assert (blind.opposite, blind.adjacent) == (0.5, 0.5)
    only_valence = quadrant_auc(-np.abs(np.sign(points)[:, None, 0] - np.sign(points)[None, :, 0]), points, points)
    assert only_valence.valence == 1
    assert only_valence.arousal == 0.5


def test_each_text_is_computed_once() -> None:
    seen: list[str] = []

    def lengths(texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        assert isinstance(texts, list)
        seen.extend(texts)
        return np.array([[float(len(text))] for text in texts])

    recall = remembered(lengths)
    np.testing.assert_array_equal(recall(["a", "bb", "a"]), [[1], [2], [1]])
    np.testing.assert_array_equal(recall(["bb", "ccc"]), [[2], [3]])
    assert seen == ["a", "bb", "ccc"]
