"""From a language model's run to a leaderboard: chat templates, few-shot examples, descriptions, and the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leaderboard.build import build
from leaderboard.check import check
from leaderboard.cli import main
from leaderboard.run_folder import check_tasks
from tests.leaderboard.editing import Json, edit

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

SETTINGS = (
    ("--apply_chat_template", "--system_instruction", "Answer briefly.", "--gen_kwargs", "max_gen_toks=6"),
    ("--num_fewshot", "2", "--gen_kwargs", "max_gen_toks=4,temperature=0.0"),
)


@pytest.mark.parametrize("setting", SETTINGS, ids=("chat template", "examples"))
def test_a_language_models_run_holds_and_a_leaking_prompt_does_not(
    vaemo_eval: Command,
    tiny_model: Path,
    lookalike: Path,
    tmp_path: Path,
    setting: tuple[str, ...],
) -> None:
    done = vaemo_eval(
        *("--model", tiny_model, "--features", lookalike, "--tasks", "emotic_complex"),
        *("--device", "cpu", "--batch_size", "8", *setting),
    )
    assert done.code == 0, done.err
    root = tmp_path / "repository"
    _, [refused] = check_tasks(done.folder, ["shipped"], None)
    assert (refused.code, refused.field) == ("unknown", "features")
    assert main(["submit", str(done.folder), "--to", str(root), "--features", str(lookalike)]) == 0
    known = [str(lookalike), "shipped"]
    report = check(root, None, known)
    assert report.passed, report.findings
    assert len(report.entries) == 1
    assert [column.task for column in build(root).board.columns] == ["emotic_complex"]
    folder = next(root.glob("results/*/*/emotic_complex/*"))
    edit(folder, samples=_leak)
    assert {one.problem.field for one in check(root, None, known).findings} == {"prompt"}


def _leak(rows: list[Json]) -> list[Json]:
    rows[5]["prompt"] += f" Hint: {rows[5]['item']['labels'][0]}"
    return rows


def test_descriptions_hold_and_an_edited_one_is_caught(vaemo_eval: Command, lookalike: Path, tmp_path: Path) -> None:
    done = vaemo_eval("--model", "baseline:prototype", "--features", lookalike, "--tasks", "emotic_describe")
    assert done.code == 0, done.err
    root = tmp_path / "repository"
    assert main(["submit", str(done.folder), "--to", str(root), "--features", str(lookalike)]) == 0
    folder = next(root.glob("results/*/*/emotic_describe/*"))

    def praise(rows: list[Json]) -> list[Json]:
        row = next(row for row in rows if row["item"].get("references"))
        row["answer"]["text"] = row["parsed"]["text"] = row["item"]["references"][0]
        return rows

    edit(folder, samples=praise)
    findings = "\n".join(finding.problem.what for finding in check(root, None, [str(lookalike)]).findings)
    assert "scores: cosine: " in findings


def test_a_report_shows_every_task_and_marks_the_sample(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:gaussian", "--tasks", "iimi_basic_mc,emotic_complex,norms_term")
    assert vaemo_eval("report", done.folder).code == 0
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<b>SYNTHETIC SAMPLE</b>") == 2
    for words in ("Confusion", "Reliability", "By label", "Ten random items", "vaemo-eval --model baseline:gaussian"):
        assert words in page
    assert "http://" not in page
    assert "https://" not in page
    assert vaemo_eval("report", done.folder / "nowhere").code == 2
