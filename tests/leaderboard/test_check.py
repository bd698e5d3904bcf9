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


def _problems(root: Path, base: Path | None = None) -> list[str]:
    return [str(finding) for finding in check(root, base, KNOWN).findings if finding.level == "error"]


def test_what_real_runs_made_holds(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(results), "--markdown", str(tmp_path / "comment.md")]) == 0
    assert "8 entries hold, 0 unchanged, no errors" in capsys.readouterr().out
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


CHEATS: dict[str, tuple[Callable[[list[Json]], list[Json]], str]] = {
    "dropped": (lambda rows: rows[:-1], "1 of 142 items are missing"),
    "duplicate": (lambda rows: [*rows, rows[0]], "stands 2 times"),
    "swapped for a duplicate": (lambda rows: [*rows[:-1], rows[0]], "stands 2 times"),
    "answer": (_answer, "parsed"),
    "score of an item": (_answer_and_score, "scores: correct: recorded 1.0, computed again 0.0"),
    "truth": (_truth, "differs from the features in valence"),
    "leaking prompt": (_prompt, "the prompt is not what the task renders"),
    "request hash": (_hash, "request_hash is not that of the task's request"),
    "another form": (_wrong_form, "not in the form that the task asks for"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_changed_samples_are_caught(results: Path, repository: Path, name: str) -> None:
    change, said = CHEATS[name]
    edit(folder_of(repository, "baseline__uniform"), samples=change)
    problems = _problems(repository, results)
    assert any(said in line for line in problems), problems


@pytest.mark.parametrize("change", [_fourth_decimal, _baseline_lowered])
def test_a_changed_number_is_caught(results: Path, repository: Path, change: Callable[[Json], None]) -> None:
    edit(folder_of(repository, "baseline__gaussian"), record=change)
    problems = _problems(repository, results)
    assert len(problems) == 1
    assert "computed again" in problems[0]


def _set(**fields: object) -> Callable[[Json], None]:
    return lambda record: record.update(fields)


def _set_task(**fields: object) -> Callable[[Json], None]:
    return lambda record: task_of(record).update(fields)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set(limit=10), "limit 10: only part of the items"),
        (_set_task(version="0.9"), "field 'version'"),
        (_set_task(task_hash="0" * 64), "field 'task_hash'"),
        (_set_task(excluded={"no_face": 3}), "field 'excluded'"),
        (_set_task(num_fewshot=3), "the prompt is not what the task renders"),
        (_set_task(headline="value"), "field 'headline'"),
        (_set(tasks={}), "field 'tasks'"),
        (_set(schema_version=1), "field 'schema_version'"),
        (_set(system_instruction="Say happy."), "the prompt is not what the task renders"),
        (lambda record: task_of(record)["features"].update(synthetic=True), "features are synthetic"),
        (lambda record: task_of(record)["features"].update(sha256="0" * 64), "not among those known here"),
        (lambda record: task_of(record)["features"].update(va_source=["human"]), "field 'features.va_source'"),
        (lambda record: record["model"].update(id="../../etc/passwd"), "is no name of a model"),
        (lambda record: record["model"].update(id="baseline/uniform"), "is no name of a model"),
        (lambda record: record["model"].update(id="org/other"), "by its content it belongs in results/org__other/"),
    ],
)
def test_a_changed_record_is_caught(results: Path, repository: Path, change: Callable[[Json], None], said: str) -> None:
    edit(folder_of(repository, "baseline__uniform"), record=change)
    problems = _problems(repository, results)
    assert any(said in line for line in problems), problems


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
    text = "\n".join(_problems(repository))
    assert "by its content it belongs in results/baseline__majority/" in text
    assert "holds run.json, samples.jsonl.gz, setup.py" in text
    assert "cannot be read" in text
    assert "differs from BASELINE__prototype in case only" in text


def test_against_a_base_only_changes_are_proved_and_removals_need_a_reason(results: Path, repository: Path) -> None:
    report = check(repository, results, KNOWN)
    assert report.holds
    assert report.unchanged == 8
    gone = folder_of(repository, "baseline__uniform").relative_to(repository)
    shutil.rmtree(repository / gone)
    assert not check(repository, results, KNOWN).holds
    (repository / "withdrawals.csv").write_text(f"entry,date,reason\n{gone},2026-01-05,asked by its author\n", "utf-8")
    report = check(repository, results, KNOWN)
    assert report.holds
    assert [str(finding) for finding in report.findings] == [
        f"note: {gone}: withdrawn on 2026-01-05: asked by its author"
    ]


def test_lists_only_grow_and_statuses_are_the_maintainers(repository: Path, tmp_path: Path) -> None:
    entry = folder_of(repository, "baseline__uniform").relative_to(repository)
    (repository / "withdrawals.csv").write_text(f"entry,date,reason\n{entry},2026-01-05,a reason\n", encoding="utf-8")
    base = Path(shutil.copytree(repository, tmp_path / "base"))
    (repository / "withdrawals.csv").write_text("entry,date,reason\n", encoding="utf-8")
    (repository / "status.csv").write_text(f"entry,digest,status\n{entry},{'0' * 64},maintainer-run\n", "utf-8")
    text = "\n".join(str(finding) for finding in check(repository, base, KNOWN).findings)
    assert "withdrawals.csv: a line was changed or removed" in text
    assert "status.csv: was changed" in text


def test_a_score_that_moved_is_named(repository: Path, results: Path) -> None:
    folder = folder_of(repository, "baseline__majority")
    shutil.rmtree(folder)
    other = folder_of(results, "baseline__uniform")
    for name in ("run.json", "samples.jsonl.gz"):
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes((other / name).read_bytes())
    edit(folder, record=lambda record: record["model"].update(id="baseline:majority", args={"name": "majority"}))
    report = check(repository, results, KNOWN)
    assert report.holds, report.findings
    assert f"accuracy 0.0845, in the earlier {folder.name} 0.1831" in [finding.what for finding in report.findings]


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
