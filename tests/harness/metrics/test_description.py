"""Description metrics: averages of per-item scores over the items that have one."""

from __future__ import annotations

import numpy as np
import pytest

from harness.kinds import get
from harness.metrics.outcome import Described
from tests.harness.metrics.drawing import values

NAN = float("nan")
OUTCOME = Described({
    "cosine": np.array([0.9, 0.5, 0.1]),
    "cosine_shuffled": np.array([0.4, NAN, 0.2]),
    "own_auc": np.array([1.0, NAN, 0.25]),
})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cosine", [0.5, (2 * 0.9 + 0.1) / 3]),
        ("cosine_shuffled", [0.3, (2 * 0.4 + 0.2) / 3]),
        ("lift", [(0.5 - 0.1) / 2, (2 * 0.5 - 0.1) / 3]),
        ("own_auc", [0.625, (2 * 1.0 + 0.25) / 3]),
    ],
)
def test_means_by_hand(name: str, expected: list[float]) -> None:
    weights = np.array([[1, 1, 1], [2, 0, 1]])
    assert values(name, get("description"), OUTCOME, weights) == pytest.approx(expected)


def test_the_cosine_never_stands_alone() -> None:
    names = {metric.name for metric in get("description").metrics}
    assert {"cosine", "cosine_shuffled", "lift", "own_auc"} <= names


def test_items_without_others_references_leave_no_value() -> None:
    alone = Described({
        "cosine": np.array([0.9]),
        "cosine_shuffled": np.array([NAN]),
        "own_auc": np.array([NAN]),
    })  # fmt: skip
    one = np.ones((1, 1), dtype=np.int64)
    assert np.isnan(values("lift", get("description"), alone, one)).all()
    assert np.isnan(values("own_auc", get("description"), alone, one)).all()
    assert values("cosine", get("description"), alone, one) == [0.9]
