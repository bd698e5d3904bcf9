"""The AUC of one item against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from harness.stats.auc import auc


def test_it_is_that_of_scikit_learn_with_ties() -> None:
    rng = np.random.default_rng(4)
    for held in range(1, 6):
        scores, true = rng.integers(0, 4, 6).tolist(), [place < held for place in range(6)]
        assert auc(scores, true) == pytest.approx(roc_auc_score(true, scores))


@pytest.mark.parametrize("true", [[True, True], [False, False]])
def test_labels_that_are_all_true_or_all_false_have_none(true: list[bool]) -> None:
    assert auc([0.1, 0.2], true) is None
