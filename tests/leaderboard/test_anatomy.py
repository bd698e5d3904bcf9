"""What a model's page shows of a task: item scores, against scikit-learn."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from harness.kinds import get
from harness.record import Answer
from leaderboard import entry
from leaderboard.anatomy import anatomy
from tests.leaderboard.editing import folder_of
from tests.making import item, sample


def _read(results: Path, task: str) -> entry.Entry:
    folder = folder_of(results, "baseline__gaussian", task)
    return entry.read(results, PurePosixPath(folder.relative_to(results)))


def test_as_many_items_are_drawn_as_right_as_the_accuracy_says(results: Path) -> None:
    one = _read(results, "norms_term_mc")
    parts = anatomy(one.task, one.samples)
    assert len(parts.points) == 142
    assert np.mean([good for _, _, good in parts.points]) == pytest.approx(one.task.metrics["accuracy"].value)
    assert len(parts.random) == len(parts.worst) == 10


def test_the_worst_items_of_a_ranking_have_the_lowest_auc(results: Path) -> None:
    labels = ("a", "b", "c", "d", "e")
    rng = np.random.default_rng(4)
    samples = [
        sample(
            get("ranking"),
            item(number, labels=labels[: 1 + number % 4], choices=labels),
            Answer(loglikelihoods=tuple(rng.normal(size=5).tolist())),
        )
        for number in range(30)
    ]
    task = _read(results, "norms_term_mc").task.model_copy(update={"kind": "ranking", "labels": labels})
    expected = {
        one.item.item_id: roc_auc_score([label in one.item.labels for label in labels], one.answer.loglikelihoods)
        for one in samples
    }
    worst = anatomy(task, samples).worst
    assert [score for _, score in worst] == pytest.approx(sorted(expected.values())[:10])
    assert all(score == pytest.approx(expected[one.item.item_id]) for one, score in worst)


def test_items_without_a_score_are_neither_right_nor_among_the_worst(results: Path) -> None:
    scores = [None, 1.0, 0.0, None, 0.5]
    samples = [
        sample(get("description"), item(row, labels=[]), Answer(text="?"), scores={"right_direction": score})
        for row, score in enumerate(scores)
    ]
    parts = anatomy(_read(results, "norms_term").task.model_copy(update={"kind": "change"}), samples)
    assert parts.score_name == "right_direction"
    assert [right for _, _, right in parts.points] == [True, False, True]
    assert parts.unscored == 2
    assert [(one.item.item_id, score) for one, score in parts.worst] == [("i2", 0.0), ("i4", 0.5), ("i1", 1.0)]
    assert len(parts.random) == 5


def test_the_truth_of_a_course_is_its_shape_and_that_of_a_description_its_references() -> None:
    course = item(labels=["becomes calmer"], points=((0.5, 0.5), (0.5, -0.4)))
    described = item(labels=["Peace", "Love"], references=("calm", "warm"))
    named = item(labels=["Peace", "Love"], choices=["Peace", "Love", "Fear"])
    assert [one.truth for one in (course, described, named)] == ["becomes calmer", "calm | warm", "Peace, Love"]
