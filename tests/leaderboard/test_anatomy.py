"""What a model's page shows of a task: item scores, confidence and the command, against scikit-learn and argparse."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from harness.commands.run import arguments, parser
from harness.kinds import Kind
from leaderboard import entry
from leaderboard.anatomy import anatomy, command
from leaderboard.schema import Answer, Given
from tests.leaderboard.editing import folder_of
from tests.making import item, sample


def _read(results: Path, task: str) -> entry.Entry:
    folder = folder_of(results, "baseline__gaussian", task)
    return entry.read(results, PurePosixPath(folder.relative_to(results)))


def test_confidence_bins_cover_all_items_and_match_their_accuracy(results: Path) -> None:
    one = _read(results, "norms_term_mc")
    parts = anatomy(one.task, one.samples)
    assert sum(count for _, _, count in parts.bins) == 142
    share = sum(right * count for _, right, count in parts.bins) / 142
    assert share == pytest.approx(one.task.metrics["accuracy"].value)
    assert np.mean([good for _, _, good in parts.points]) == pytest.approx(share)
    assert len(parts.random) == len(parts.worst) == 10
    assert not anatomy(one.task, _read(results, "norms_term").samples).bins


def test_the_worst_items_of_a_ranking_have_the_lowest_auc(results: Path) -> None:
    labels = ("a", "b", "c", "d", "e")
    rng = np.random.default_rng(4)
    samples = [
        sample(
            Kind.RANKING,
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
    assert [one.score for one in worst] == pytest.approx(sorted(expected.values())[:10])
    assert all(one.score == pytest.approx(expected[one.item_id]) for one in worst)


def test_items_without_a_score_are_neither_right_nor_among_the_worst(results: Path) -> None:
    scores = [None, 1.0, 0.0, None, 0.5]
    samples = [
        sample(Kind.DESCRIPTION, item(row, labels=[]), Answer(text="?"), scores={"right_direction": score})
        for row, score in enumerate(scores)
    ]
    parts = anatomy(_read(results, "norms_term").task.model_copy(update={"kind": "change"}), samples)
    assert parts.score_name == "right_direction"
    assert [right for _, _, right in parts.points] == [True, False, True]
    assert parts.unscored == 2
    assert [(one.item_id, one.score) for one in parts.worst] == [("i2", 0.0), ("i4", 0.5), ("i1", 1.0)]
    assert len(parts.random) == 5


def test_the_truth_of_a_course_is_its_shape_and_that_of_a_description_its_references() -> None:
    course = item(labels=["becomes calmer"], given=Given(points=((0.5, 0.5), (0.5, -0.4))))
    described = item(labels=["Peace", "Love"], references=("calm", "warm"))
    named = item(labels=["Peace", "Love"], choices=["Peace", "Love", "Fear"])
    assert [one.truth for one in (course, described, named)] == ["becomes calmer", "calm | warm", "Peace, Love"]


def test_the_command_is_one_that_the_program_takes(results: Path) -> None:
    one = _read(results, "norms_term")
    record = one.record.model_copy(update={"system_instruction": "Say 'yes'; $(rm) `x`", "apply_chat_template": True})
    words = shlex.split(command(record, "norms_term"))
    assert words[0] == "vaemo-eval"
    read = parser().parse_args(words[1:])
    assert (read.model, read.tasks) == ("baseline:gaussian", "norms_term")
    assert read.system_instruction == record.system_instruction
    assert read.apply_chat_template
    assert read.seed == "0,1234,1234,1234"


@pytest.mark.parametrize(
    "given",
    [
        {"do_sample": True, "temperature": 0.7, "max_gen_toks": 64},
        {"reasoning": {"effort": "low", "exclude": [1, None]}, "top_p": 0.9},
        {"until": ["a, b=c", "\n"]},
    ],
)
def test_the_command_gives_generation_arguments_as_the_run_had_them(results: Path, given: dict[str, object]) -> None:
    record = _read(results, "norms_term").record.model_copy(update={"gen_kwargs": given})
    read = parser().parse_args(shlex.split(command(record, "norms_term"))[1:])
    assert arguments(read.gen_kwargs, "--gen_kwargs") == given


def test_the_command_asks_the_same_items_as_often_of_the_same_model(results: Path) -> None:
    record = _read(results, "norms_term").record
    args: dict[str, str | int | float | bool | None] = {"model": "m", "timeout": 9, "reasoning_effort": "low"}
    model = record.model.model_copy(update={"id": "openai/m", "backend": "openai", "args": args})
    limited = record.model_copy(update={"limit": 60.0, "repeats": 3, "model": model})
    read = parser().parse_args(shlex.split(command(limited, "norms_term"))[1:])
    assert (read.model, read.model_args, read.reasoning_effort) == ("openai/m", "timeout=9", "low")
    assert (read.limit, read.repeats) == (60, 3)
    server = model.model_copy(update={"id": "m", "backend": "local-chat-completions", "args": {"model": "m"}})
    read = parser().parse_args(shlex.split(command(record.model_copy(update={"model": server}), "norms_term"))[1:])
    assert (read.model, read.model_args, read.limit) == ("local-chat-completions", "model=m", None)
