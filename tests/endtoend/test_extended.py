"""The further tasks as a user runs them: asked, scored again, reported and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import pearsonr

from harness.tasks.catalogue import find
from tests.making import read_rows, write_rows

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

TASKS = (
    *("va_inverse", "va_conflict", "va_compare_mc", "iimi_basic_confidence", "emotic_distribution", "open_vocab"),
    "va_trajectory_describe",
)
ASKED = ("--tasks", ",".join(TASKS), "--limit", "40")


def test_runs_of_every_kind_are_scored_again_reported_and_compared(vaemo_eval: Command) -> None:
    runs = [vaemo_eval("--model", f"baseline:{name}", *ASKED) for name in ("prototype", "uniform")]
    for run in runs:
        assert run.code == 0, run.err
        again = vaemo_eval("rescore", run.folder)
        assert again.code == 0, again.out
        assert vaemo_eval("report", run.folder).code == 0
    better, random = (run.record.tasks for run in runs)
    for name in TASKS:
        metric = better[name].metrics[better[name].main_score]
        value, chance = metric.value, random[name].metrics[random[name].main_score].value
        assert value is not None
        assert chance is not None
        assert (value < chance) if metric.higher_is_better is False else (value > chance), name
    compared = vaemo_eval("compare", *(run.folder for run in runs))
    assert compared.code == 0
    assert "selective_accuracy" in compared.out
    assert "js_divergence" in compared.out
    assert "right_direction" in compared.out


def test_a_changed_number_in_an_answer_is_found(vaemo_eval: Command) -> None:
    run = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic_confidence", "--limit", "20")
    path = run.folder / "samples" / "iimi_basic_confidence.jsonl.gz"
    rows = read_rows(path)
    rows[0]["answer"]["text"] = rows[0]["answer"]["text"].split(",")[0] + ", 1"
    write_rows(path, rows)
    again = vaemo_eval("rescore", run.folder)
    assert again.code == 1
    assert "parsed: numbers: recorded (" in again.out
    assert "scores: confidence: recorded" in again.out


def test_answers_that_do_not_tell_both_ends_are_unparsed_and_wrong(vaemo_eval: Command) -> None:
    run = vaemo_eval("--model", "baseline:prototype", "--tasks", "va_trajectory_describe")
    task = run.record.tasks["va_trajectory_describe"]
    assert task.embedder is not None
    assert task.features.synthetic
    for metric in task.metrics.values():
        assert metric.interval is not None or "all resamples are equal" in str(metric.reason)
    direction = task.metrics["right_direction"]
    assert direction.normalized_score is not None
    assert direction.normalized_score.floor in ("majority", "chance")
    assert direction.normalized_score.ceiling == "prototype"
    path = run.folder / "samples" / "va_trajectory_describe.jsonl.gz"
    rows = run.samples("va_trajectory_describe")
    for axis, name in enumerate(("valence", "arousal")):
        given = [[row["item"]["points"][end][axis] for row in rows] for end in (0, -1)]
        read = [[row["scores"][f"read_{end}_{name}"] for row in rows] for end in ("first", "last")]
        expected = pearsonr(np.subtract(given[1], given[0]), np.subtract(read[1], read[0])).statistic
        assert task.metrics[f"{name}_change_r"].value == pytest.approx(expected)
    told = next(number for number, row in enumerate(rows) if row["scores"]["right_direction"] == 1.0)
    rows[told]["answer"]["text"] = "At first they are calm and later they are not."
    write_rows(path, rows)
    again = vaemo_eval("rescore", run.folder)
    assert again.code == 1
    assert "scores: right_direction: recorded 1.0, computed again 0.0" in again.out
    assert "parsed: status: recorded 'ok', computed again 'unparsed'" in again.out
    assert "parsed: reason: recorded None, computed again 'no sentence begins with \"In the end\"'" in again.out


def test_drawn_courses_are_called_synthetic_and_human_means_are_not(vaemo_eval: Command) -> None:
    tasks = vaemo_eval(
        "--model", "baseline:majority", "--tasks", "va_trajectory,va_quadrant", "--limit", "30"
    ).record.tasks
    assert tasks["va_trajectory"].features.synthetic
    assert not tasks["va_quadrant"].features.synthetic


def test_what_cannot_answer_a_derived_task_is_refused_before_it_is_asked(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:logistic", "--tasks", "emotic_judge")
    assert done.code == 2
    assert all(part in done.err for part in ("--model", "baseline:logistic", "emotic_judge", "prototype, oracle"))
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic_confidence", "--num_fewshot", "2")
    assert done.code == 2
    assert "no train split" in done.err


def test_no_further_task_stands_for_the_benchmark() -> None:
    known = find()
    further = {name for name, info in known.items() if info.path.parent.parent.name == "extended" and not info.members}
    assert set(known["vaemo_extended"].members) == further
    assert not further & set(known["vaemo"].members)
