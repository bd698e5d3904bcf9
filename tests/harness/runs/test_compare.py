"""`vaemo-eval compare` on real run folders: what it prints, and which pairs of runs it refuses."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.cli import main
from harness.commands.compare_table import p_text, show
from harness.record import Interval
from harness.runs.compare import Comparison, compare
from tests.making import read_rows, write_rows
from va_extractor.common.errors import InputError

TASKS = "iimi_basic,emotic_complex_mc"


def make_run(root: Path, model: str, *arguments: str, tasks: str = TASKS) -> Path:
    assert main(["--model", model, "--tasks", tasks, "--output_path", str(root), *arguments]) == 0
    return next(path.parent for path in sorted(root.rglob("run.json")) if path.parent.parent.name.endswith(model[9:]))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("runs")
    return [make_run(root, f"baseline:{name}") for name in ("prototype", "knn", "uniform")]


@pytest.fixture(scope="module")
def compared(runs: list[Path]) -> list[Comparison]:
    return compare(runs, [], 3)


def edited(run: Path, root: Path, **fields: Any) -> Path:
    """Copy a run with other values in the record of its first task."""
    copy = root / "copy"
    shutil.copytree(run, copy)
    record = json.loads((copy / "run.json").read_text())
    record["tasks"]["iimi_basic"] |= fields
    (copy / "run.json").write_text(json.dumps(record))
    return copy


def test_every_pair_is_compared_on_every_task(compared: list[Comparison]) -> None:
    assert [one.task for one in compared] == ["iimi_basic"] * 3 + ["emotic_complex_mc"] * 3
    pairs = [(one.first.record.model.id, one.second.record.model.id) for one in compared[:3]]
    assert pairs == [
        ("baseline:prototype", "baseline:knn"),
        ("baseline:prototype", "baseline:uniform"),
        ("baseline:knn", "baseline:uniform"),
    ]


def test_values_are_those_of_the_records(compared: list[Comparison]) -> None:
    for one in compared:
        for row in one.rows:
            if not row.corrected:
                assert row.first == pytest.approx(one.first.record.tasks[one.task].metrics[row.metric].value)
                assert row.second == pytest.approx(one.second.record.tasks[one.task].metrics[row.metric].value)
    assert {row.metric for one in compared for row in one.rows if row.corrected} <= {"mean_ap"}


def test_holm_adjusts_main_scores_over_pairs_and_tasks_by_hand(compared: list[Comparison]) -> None:
    rows = [one.main for one in compared if one.main]
    assert len(rows) == 6
    ordered = sorted(rows, key=lambda row: row.p)
    highest = 0.0
    for place, row in enumerate(ordered):
        highest = max(highest, min(1.0, (6 - place) * row.p))
        assert row.p_holm == pytest.approx(highest)


def test_items_named_are_those_with_the_widest_gap(compared: list[Comparison]) -> None:
    for one in compared:
        assert 1 <= len(one.items) <= 3
        gaps = [abs(gap.gap) for gap in one.items]
        assert gaps == sorted(gaps, reverse=True)
    right_and_wrong = compared[1].items[0]
    assert {right_and_wrong.first.scores["correct"], right_and_wrong.second.scores["correct"]} == {0.0, 1.0}


def test_descriptions_are_compared_by_what_their_samples_hold(tmp_path: Path) -> None:
    runs = [
        make_run(tmp_path, f"baseline:{name}", "--limit", "12", tasks="emotic_describe")
        for name in ("prototype", "uniform")
    ]
    one = compare(runs, [], 2)[0]
    for row in one.rows:
        assert row.first == pytest.approx(one.first.record.tasks[one.task].metrics[row.metric].value)
    for gap in one.items:
        ours, theirs = (
            math.hypot(
                *((one.scores[f"read_{name}"] or 0.0) - getattr(one.item, name) for name in ("valence", "arousal"))
            )
            for one in (gap.first, gap.second)
        )
        assert gap.gap == pytest.approx((theirs - ours) / math.sqrt(8))


def test_the_command_prints_a_table_a_pair(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *map(str, runs[:2]), "--tasks", "iimi_basic"]) == 0
    out = capsys.readouterr().out
    assert "baseline:prototype against baseline:knn" in out
    assert "95 % interval" in out
    assert "sign-flip" in out
    assert "SYNTHETIC SAMPLE" in out


@pytest.mark.parametrize(
    ("p", "text"), [(0.0, "<0.0001"), (9.9e-5, "<0.0001"), (1e-4, "0.0001"), (1 / 2001, "0.0005"), (1.0, "1.0000")]
)
def test_a_p_value_is_never_zero(p: float, text: str) -> None:
    assert p_text(p) == text


def printed(one: Comparison) -> str:
    with (console := Console(width=140)).capture() as capture:
        show([one], console)
    return " ".join(capture.get().split())


def test_a_dash_and_a_disagreement_are_explained(compared: list[Comparison]) -> None:
    known = tuple(row for row in compared[0].rows if row.min_detectable_difference is not None)
    one = replace(compared[0], items=(), rows=known)
    assert "no smallest detectable" not in printed(one)
    row, between = one.rows[0], Interval(low=-0.1, high=0.2, method="", draws=2000, seed=1)
    dashed = replace(row, min_detectable_difference=None, no_min_detectable="few", interval=between, p=0.2)
    said = printed(replace(one, rows=(dashed,)))
    assert f"no smallest detectable difference for {row.metric}: few" in said
    assert "disagree" not in said
    for p, low, apart in ((0.019, -0.1, True), (0.019, 0.01, False), (0.06, 0.01, True), (0.06, -0.1, False)):
        shown = replace(dashed, p=p, interval=between.model_copy(update={"low": low}))
        said = printed(replace(one, rows=(shown,)))
        assert (f"p and interval of {row.metric} disagree" in said) == apart


def test_few_clusters_detect_nothing_and_say_why(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, f"baseline:{name}", "--limit", "5", tasks="emotic_complex") for name in ("all", "knn")]
    [one] = compare(runs, [], 0)
    assert one.clusters < 6
    assert all(row.min_detectable_difference is None for row in one.rows)
    assert {f"{one.clusters} clusters" in (row.no_min_detectable or "") for row in one.rows} == {True}


def record_with(run: Path, root: Path, **fields: Any) -> Path:
    """Copy a run with other values in its record."""
    copy = root / "copy"
    shutil.copytree(run, copy)
    record = json.loads((copy / "run.json").read_text()) | fields
    (copy / "run.json").write_text(json.dumps(record))
    return copy


def test_different_settings_are_listed(runs: list[Path], tmp_path: Path) -> None:
    other = record_with(runs[1], tmp_path, gen_kwargs={"temperature": 0.7, "do_sample": True}, system_instruction="Hm.")
    [one] = compare([runs[0], other], ["iimi_basic"], 0)
    assert one.settings == (
        "--gen_kwargs none against do_sample=True, temperature=0.7",
        "--system_instruction none against 'Hm.'",
    )
    assert one.settings[0] in printed(one)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"version": "0.9"}, "version"),
        ({"task_hash": "f" * 64}, "task_hash"),
        ({"task_hash": "f" * 64, "axes": {"scale": "0..1"}}, "axes"),
        (
            {
                "task_hash": "f" * 64,
                "labels": ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "joy"],
            },
            "labels",
        ),
        ({"features": {"sha256": "e" * 64}}, "features"),
    ],
)
def test_runs_of_another_version_are_refused(
    runs: list[Path], tmp_path: Path, fields: dict[str, Any], field: str
) -> None:
    task = json.loads((runs[1] / "run.json").read_text())["tasks"]["iimi_basic"]
    changed = {name: task[name] | value if name == "features" else value for name, value in fields.items()}
    other = edited(runs[1], tmp_path, **changed)
    refused([runs[0], other], f"iimi_basic.{field}")


def refused(folders: list[Path], field: str, *tasks: str) -> None:
    """Assert that the second run is refused, and for which fields."""
    with pytest.raises(InputError) as error:
        compare(folders, tasks, 3)
    found = error.value.problem
    assert (found.code, found.file, found.field) == ("conflict", folders[1], field)


def test_descriptions_read_by_another_reader_are_refused(runs: list[Path], tmp_path: Path) -> None:
    by = {"id": "some/embedder", "revision": None, "weights_sha256": "a" * 64}
    refused(
        [
            edited(run, tmp_path / run.parent.name, embedder=by | {"reader_sha256": sha * 64})
            for run, sha in zip(runs[:2], "bc", strict=True)
        ],
        "iimi_basic.reader",
        "iimi_basic",
    )


def test_a_metric_that_one_model_alone_has_is_named_with_the_reason(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    constant = make_run(tmp_path, "baseline:majority", tasks="iimi_basic")
    [found] = compare([runs[0], constant], ["iimi_basic"], 3)
    assert "mcc" not in [row.metric for row in found.rows]
    assert list(found.not_compared) == ["mcc"]
    capsys.readouterr()
    assert main(["compare", str(runs[0]), str(constant), "--tasks", "iimi_basic"]) == 0
    assert "mcc is not compared" in capsys.readouterr().out


def test_runs_on_another_subset_or_other_tasks_are_refused(runs: list[Path], tmp_path: Path) -> None:
    smaller = make_run(tmp_path, "baseline:uniform", "--limit", "60", tasks="iimi_basic")
    refused([runs[0], smaller], "tasks, iimi_basic.items")
    with pytest.raises(InputError) as error:
        compare([runs[0], smaller], ["emotic_complex_mc"], 3)
    found = error.value.problem
    assert (found.code, found.file, found.found) == ("unknown", smaller, "emotic_complex_mc")


def test_samples_changed_since_the_run_are_refused(runs: list[Path], tmp_path: Path) -> None:
    copy = edited(runs[1], tmp_path)
    path = copy / "samples" / "iimi_basic.jsonl.gz"
    rows = read_rows(path)
    rows[0]["answer"]["text"] = "fear"
    write_rows(path, rows)
    with pytest.raises(InputError) as error:
        compare([runs[0], copy], [], 3)
    assert (error.value.problem.code, error.value.problem.file) == ("changed", path)


def test_what_a_record_says_is_shown_and_not_obeyed(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = "m\x1b[2J\x1b]0;x\x07[/bold]\nvaemo-eval: fake line"
    copy = edited(runs[1], tmp_path)
    record = json.loads((copy / "run.json").read_text())
    record["model"]["id"] = nasty
    (copy / "run.json").write_text(json.dumps(record))
    assert main(["compare", str(runs[0]), str(copy), "--tasks", "iimi_basic"]) == 0
    record["tasks"]["iimi_basic"]["version"] = nasty
    record["tasks"]["iimi_basic"]["features"]["source"] = nasty
    (copy / "run.json").write_text(json.dumps(record))
    assert main(["compare", str(runs[0]), str(copy), "--tasks", "iimi_basic"]) == 2
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert text.replace("\n", "").isprintable()
        assert "m\\u{1b}[2J" in text
        assert not [line for line in text.splitlines() if line.startswith("vaemo-eval: fake")]
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["one"], ["a", "b", "--items", "-1"], ["a", "b"]])
def test_bad_arguments_end_in_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
