"""What stands beside the metrics: leaning and calibration."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from harness.kinds import Answered
from harness.metrics.outcome import NO_ANSWER, Labelled, LabelSets
from harness.record import Answer, Parsed, Status
from harness.scoring import breakdown
from tests.making import item


def test_bias_counts_answers_and_truths_and_names_the_most_over_used_label() -> None:
    one = Labelled(np.array([0, 0, 1, 1]), np.array([1, 1, 1, NO_ANSWER]), np.full(4, 2), ("a", "b"))
    found = breakdown.bias(one)
    assert (found.answered, found.true, found.most_overused) == ({"a": 0, "b": 3}, {"a": 2, "b": 2}, "b")


@pytest.mark.parametrize(
    "model",
    [
        Labelled(np.array([0, 1]), np.array([1, 0]), np.full(2, 2), ("a", "b")),
        Labelled(np.array([0, 1]), np.array([NO_ANSWER, NO_ANSWER]), np.full(2, 2), ("a", "b")),
        LabelSets(np.array([[True, False]]), np.array([[False, False]]), ("a", "b")),
    ],
)
def test_no_label_is_called_over_used_where_none_is(model: Labelled | LabelSets) -> None:
    assert breakdown.bias(model).most_overused is None


def test_reliability_bins_are_those_of_sklearn() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.uniform(0.5, 1, size=300)
    right = rng.random(300) < confidence
    scores = np.log(np.stack([confidence, 1 - confidence], axis=1))
    one = Labelled(np.where(right, 0, 1), np.zeros(300, dtype=int), np.full(300, 2), ("a", "b"), scores, scores / 1)
    found = [row for row in breakdown.reliability(one)["raw"] if row.items]
    accuracy, mean = calibration_curve(right, confidence, n_bins=15)
    assert [row.accuracy for row in found] == pytest.approx(accuracy)
    assert [row.confidence for row in found] == pytest.approx(mean)
    assert sum(row.items for row in found) == 300


def test_texts_have_no_reliability_diagram() -> None:
    assert breakdown.reliability(Labelled(np.array([0]), np.array([0]), np.array([1]), ("a",))) == {}


def test_rates_are_of_the_answers_that_arrived() -> None:
    def said(status: Status, times: int) -> list[Answered]:
        return [Answered(item(labels=["a"], choices=["a", "b"]), Answer(text=""), Parsed(status=status), {})] * times

    counts = breakdown.answer_counts([*said("ok", 6), *said("unparsed", 2), *said("missing", 376)])
    assert (counts.unparsed_rate, counts.missing) == (2 / 8, 376)
    nothing = breakdown.answer_counts(said("missing", 3))
    assert (nothing.unparsed_rate, nothing.refused_rate, nothing.empty_rate) == (0, 0, 0)
