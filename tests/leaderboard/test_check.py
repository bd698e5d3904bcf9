"""Checking a results repository: what holds, and every way of cheating that a score, a prompt or a path allows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.check import check
from leaderboard.cli import main
from tests.leaderboard.conftest import KNOWN
from tests.leaderboard.editing import Json, edit, folder_of, task_of


def _problems(root: Path, base: Path | None = None) -> set[tuple[str, str | None]]:
    """Return code and field of each error."""
    findings = check(root, base, KNOWN).findings
    return {(one.problem.code, one.problem.field) for one in findings if one.level == "error"}


def test_what_real_runs_made_holds(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(results), "--markdown", str(tmp_path / "comment.md")]) == 0
    assert "8 entries valid, 0 unchanged, errors: 0" in capsys.readouterr().out
    text = (tmp_path / "comment.md").read_text(encoding="utf-8")
    section = text.split("`baseline:majority` on `norms_term`")[1]
    row = next(line for line in section.splitlines() if line.startswith("| `accuracy`"))
    assert "| 1.000 (" in row
    assert row.count(" to ") == 3


def _fourth_decimal(record: Json) -> None:
    task_of(record)["metrics"]["accuracy"]["value"] += 0.0001


def _baseline_lowered(record: Json) -> None:
    task_of(record)["metrics"]["accuracy"]["baselines"]["majority"] -= 0.05


def _answer(rows: list[Json]) -> list[Json]:
    wrong = next(row for row in rows if row["scores"]["correct"] == 0.0)
    wrong["answer"]["text"] = wrong["item"]["labels"][0]
    return rows


def _answer_and_score(rows: list[Json]) -> list[Json]:
    wrong = next(row for row in rows if row["scores"]["correct"] == 0.0)
    wrong["scores"]["correct"] = 1.0
    return rows


def _truth(rows: list[Json]) -> list[Json]:
    rows[3]["item"]["valence"] += 0.25
    return rows


def _prompt(rows: list[Json]) -> list[Json]:
    rows[0]["prompt"] += f" (it is {rows[0]['item']['labels'][0]})"
    return rows


def _hash(rows: list[Json]) -> list[Json]:
    rows[0]["request_hash"] = "0" * 64
    return rows


def _wrong_form(rows: list[Json]) -> list[Json]:
    rows[0]["answer"] = {"text": None, "loglikelihoods": [0.0] * 8}
    return rows


CHEATS: dict[str, tuple[Callable[[list[Json]], list[Json]], tuple[str, str | None]]] = {
    "dropped": (lambda rows: rows[:-1], ("incomplete", "item.item_id")),
    "duplicate": (lambda rows: [*rows, rows[0]], ("duplicate", "item.item_id")),
    "swapped for a duplicate": (lambda rows: [*rows[:-1], rows[0]], ("duplicate", "item.item_id")),
    "answer": (_answer, ("changed", None)),
    "score of an item": (_answer_and_score, ("changed", None)),
    "truth": (_truth, ("changed", "item.valence")),
    "leaking prompt": (_prompt, ("changed", "prompt")),
    "request hash": (_hash, ("changed", "request_hash")),
    "another form": (_wrong_form, ("changed", "answer")),
}


@pytest.mark.parametrize("name", CHEATS)
def test_changed_samples_are_caught(results: Path, repository: Path, name: str) -> None:
    change, problem = CHEATS[name]
    edit(folder_of(repository, "baseline__uniform"), samples=change)
    assert problem in _problems(repository, results)


@pytest.mark.parametrize("change", [_fourth_decimal, _baseline_lowered])
def test_a_changed_number_is_caught(results: Path, repository: Path, change: Callable[[Json], None]) -> None:
    edit(folder_of(repository, "baseline__gaussian"), record=change)
    assert _problems(repository, results) == {("changed", None)}


def _set(**fields: object) -> Callable[[Json], None]:
    return lambda record: record.update(fields)


def _set_task(**fields: object) -> Callable[[Json], None]:
    return lambda record: task_of(record).update(fields)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_set(limit=10), ("incomplete", "limit")),
        (_set_task(version="0.9"), ("changed", "version")),
        (_set_task(task_hash="0" * 64), ("changed", "task_hash")),
        (_set_task(excluded={"no_face": 3}), ("changed", "excluded")),
        (_set_task(lost_labels=["Anger"]), ("changed", "lost_labels")),
        (_set_task(num_fewshot=3), ("changed", "prompt")),
        (_set_task(main_score="value"), ("type", "main_score")),
        (_set_task(kind="haiku"), ("unknown", "tasks.norms_term.kind")),
        (_set_task(labels=[], kind="multi_label"), ("missing", "tasks.norms_term.labels")),
        (_set(tasks={}), ("range", "tasks")),
        (_set(schema_version=1), ("type", "schema_version")),
        (_set(system_instruction="Say happy."), ("changed", "prompt")),
        (lambda record: task_of(record)["features"].update(synthetic=True), ("unsupported", "features.synthetic")),
        (lambda record: task_of(record)["features"].update(sha256="0" * 64), ("unknown", "features")),
        (lambda record: task_of(record)["features"].update(va_source=["human"]), ("changed", "features.va_source")),
        (lambda record: record["model"].update(id="../../etc/passwd"), ("type", "model.id")),
        (lambda record: record["model"].update(id="baseline/uniform"), ("type", "model.id")),
        (lambda record: record["model"].update(id="org/other"), ("conflict", None)),
    ],
)
def test_a_changed_record_is_caught(
    results: Path, repository: Path, change: Callable[[Json], None], problem: tuple[str, str]
) -> None:
    edit(folder_of(repository, "baseline__uniform"), record=change)
    assert problem in _problems(repository, results)


def test_a_wrong_path_an_extra_file_and_a_link_are_caught(repository: Path) -> None:
    moved = folder_of(repository, "baseline__majority")
    moved.rename(moved.parent / "000000000000")
    extra = folder_of(repository, "baseline__uniform")
    (extra / "setup.py").write_text("raise SystemExit", encoding="utf-8")
    linked = folder_of(repository, "baseline__gaussian")
    (linked / "run.json").rename(repository / "elsewhere.json")
    (linked / "run.json").symlink_to(repository / "elsewhere.json")
    aside = repository / "results" / "BASELINE__prototype"
    shutil.copytree(repository / "results" / "baseline__prototype", aside)
    found = {(one.problem.code, str(one.problem.file).split("/")[1]) for one in check(repository, None, KNOWN).findings}
    assert found == {
        ("conflict", "baseline__majority"),
        ("conflict", "baseline__uniform"),
        ("unreadable", "baseline__gaussian"),
        ("duplicate", "baseline__prototype"),
        ("conflict", "BASELINE__prototype"),
    }


def test_against_a_base_only_changes_are_proved_and_removals_need_a_reason(results: Path, repository: Path) -> None:
    report = check(repository, results, KNOWN)
    assert report.passed
    assert report.unchanged == 8
    gone = folder_of(repository, "baseline__uniform").relative_to(repository)
    shutil.rmtree(repository / gone)
    assert not check(repository, results, KNOWN).passed
    (repository / "withdrawals.csv").write_text(f"entry,date,reason\n{gone},2026-01-05,asked by its author\n", "utf-8")
    report = check(repository, results, KNOWN)
    assert report.passed
    [note] = report.findings
    assert (note.level, note.problem.file) == ("note", str(gone))
    assert "asked by its author" in note.problem.what


def test_lists_only_grow_and_statuses_are_the_maintainers(repository: Path, tmp_path: Path) -> None:
    entry = folder_of(repository, "baseline__uniform").relative_to(repository)
    (repository / "withdrawals.csv").write_text(f"entry,date,reason\n{entry},2026-01-05,a reason\n", encoding="utf-8")
    base = Path(shutil.copytree(repository, tmp_path / "base"))
    (repository / "withdrawals.csv").write_text("entry,date,reason\n", encoding="utf-8")
    (repository / "status.csv").write_text(f"entry,digest,status\n{entry},{'0' * 64},maintainer-run\n", "utf-8")
    found = {(one.problem.code, one.problem.file) for one in check(repository, base, KNOWN).findings}
    assert found >= {("changed", "withdrawals.csv"), ("changed", "status.csv")}


def test_a_score_that_moved_is_named(repository: Path, results: Path) -> None:
    folder = folder_of(repository, "baseline__majority")
    shutil.rmtree(folder)
    other = folder_of(results, "baseline__uniform")
    for name in ("run.json", "samples.jsonl.gz"):
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes((other / name).read_bytes())
    edit(folder, record=lambda record: record["model"].update(id="baseline:majority", args={"name": "majority"}))
    report = check(repository, results, KNOWN)
    assert report.passed, report.findings
    changed = {one.problem.field: one.problem.what for one in report.findings}
    assert changed["accuracy"] == f"0.0845, in the earlier {folder.name} 0.1831"


def test_vouching_adds_a_line_an_entry_once(repository: Path) -> None:
    for status in ("recomputed", "maintainer-run"):
        assert main(["check", str(repository), "--vouch", status]) == 0
    lines = (repository / "status.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 9
    assert all(line.endswith(",recomputed") for line in lines[1:])


def test_a_folder_without_results_and_an_unwritable_comment_are_one_line(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", str(results), "--base", str(results), "--markdown", str(tmp_path / "no" / "c.md")]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert all(line.startswith("vaemo-leaderboard: ") for line in lines if "it/s" not in line), lines
