"""The known-groups test of changes: its texts, its counting of pairs, and what it says of a reader that errs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from benchmarks.known_changes import DIRECTIONS, Courses, dimension_auc, outcome, own_courses, rated_shares, size_auc
from benchmarks.readback_data import FRAMES, Array
from benchmarks.validity_sets import TEXTS


def _sentences(value: object) -> set[str]:
    if isinstance(value, dict):
        return {one for inner in value.values() for one in _sentences(inner)}
    if isinstance(value, list):
        return {one for inner in value for one in _sentences(inner)}
    return {str(value).casefold()}


def test_no_sentence_was_learned_or_stands_in_another_test() -> None:
    own = [text.casefold() for courses in own_courses().values() for text in (*courses.first, *courses.last)]
    others = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (FRAMES, TEXTS)]
    assert not set(own) & (_sentences(others[0]) | _sentences(others[1]))


def test_every_set_holds_every_direction_alike() -> None:
    for courses in own_courses().values():
        _, counts = np.unique(courses.signs, axis=0, return_counts=True)
        assert len(counts) == len(DIRECTIONS)
        assert len(set(counts.tolist())) == 1


def _reading(texts: object) -> Array:
    """Read numbers out of texts that are two numbers."""
    assert isinstance(texts, list)
    return np.array([[float(number) for number in text.split()] for text in texts])


def test_directions_and_sizes_are_judged_by_what_is_read() -> None:
    courses = Courses(
        ["0 0", "0 0", "0 0", "0.1 0", "0 0"],
        ["0.9 0.1", "0.2 -0.1", "0.3 0.4", "0 0", "0 0.05"],
        np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [0, 0]], dtype=np.float64),
    )
    found = outcome(courses, _reading)
    np.testing.assert_array_equal(found.right, [[1, np.nan], [0, np.nan], [np.nan, 1], [np.nan, 0.5], [np.nan, np.nan]])
    assert size_auc(found) == pytest.approx(
        roc_auc_score([1, 1, 1, 1, 0], [np.hypot(0.9, 0.1), np.hypot(0.2, 0.1), 0.5, 0.1, 0.05])
    )
    own = np.array([0.9 / np.hypot(0.9, 0.1), -0.2 / np.hypot(0.2, 0.1), 0.8, 0.0])
    across = np.array([0.1 / np.hypot(0.9, 0.1), 0.1 / np.hypot(0.2, 0.1), 0.6, 1.0])
    assert dimension_auc(found) == pytest.approx(roc_auc_score([1] * 4 + [0] * 8, [*own, *across, *-across]))


def test_pairs_of_rated_texts_are_counted_once_and_by_their_weights() -> None:
    rng = np.random.default_rng(3)
    read, rated = rng.normal(size=(2, 12))
    weights = rng.integers(0, 3, (4, 12)).astype(np.float64)
    for value, counts in zip(rated_shares(read, rated, 0.8, weights), weights, strict=True):
        right, known = 0.0, 0.0
        for i, j in combinations(range(12), 2):
            if abs(rated[i] - rated[j]) >= 0.8:
                known += counts[i] * counts[j]
                right += counts[i] * counts[j] * ((read[i] > read[j]) == (rated[i] > rated[j]))
        assert value == pytest.approx(right / known)
