"""Intervals of another level than the leaderboard's are refused everywhere, and mended without asking again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main as vaemo_eval
from leaderboard.build import build
from leaderboard.check import check
from leaderboard.cli import main
from leaderboard.level import percent
from tests.leaderboard.conftest import KNOWN
from tests.leaderboard.editing import Json, edit, folder_of, task_of

MEND = "`vaemo-eval rescore RUN_DIR --level 0.95` writes the record anew without asking the model"


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run with 80 % intervals."""
    root = tmp_path_factory.mktemp("narrow")
    asked = ["--model", "baseline:gaussian", "--tasks", "norms_term_mc", "--level", "0.8", "--output_path", str(root)]
    assert vaemo_eval(asked) == 0
    return next(root.glob("*/*"))


def _numbers(folder: Path) -> dict[str, Any]:
    """Return what a record says, but for when and how long it was made."""
    record: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
    return {name: value for name, value in record.items() if name in ("level", "tasks", "model", "seeds", "limit")}


def test_submit_refuses_in_one_line_and_rescore_mends(
    narrow: Path, runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Path(shutil.copytree(narrow, tmp_path / "run"))
    submit = ["submit", str(run), "--to", str(tmp_path / "repository")]
    capsys.readouterr()
    assert main(submit) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"refused: norms_term_mc: field 'level': 80 % intervals, and a leaderboard shows 95 % ones; {MEND}"
    ]
    assert vaemo_eval(["rescore", str(run), "--level", "0.95"]) == 0
    whole = _numbers(runs["gaussian"])
    assert _numbers(run) == {**whole, "tasks": {"norms_term_mc": whole["tasks"]["norms_term_mc"]}}
    assert main(submit) == 0
    assert check(tmp_path / "repository", None, KNOWN).holds


def _record_level(record: Json) -> None:
    record["level"] = 0.8


def _interval_level(record: Json) -> None:
    task_of(record)["metrics"]["accuracy"]["interval"]["level"] = 0.8


def _position_level(record: Json) -> None:
    accuracy = task_of(record)["metrics"]["accuracy"]
    accuracy["position"]["interval"] = accuracy["interval"] | {"level": 0.8}


@pytest.mark.parametrize("change", [_record_level, _interval_level, _position_level])
def test_check_and_build_refuse_an_entry_of_another_level(repository: Path, change: Callable[[Json], None]) -> None:
    folder = folder_of(repository, "baseline__gaussian")
    edit(folder, record=change)
    [finding] = check(repository, None, KNOWN).findings
    assert finding.where == str(folder.relative_to(repository))
    assert finding.what.startswith("field 'level': 80 % intervals")
    built = build(repository)
    assert [line for line in built.left_out if MEND in line] == list(built.left_out)
    assert len(built.left_out) == 1
    assert sum(len(column.rows) for column in built.board.columns) == 7


def test_rescore_writes_no_other_level_where_a_number_differs(
    narrow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Path(shutil.copytree(narrow, tmp_path / "run"))
    path = run / "run.json"
    changed = json.loads(path.read_bytes())
    changed["tasks"]["norms_term_mc"]["metrics"]["accuracy"]["value"] = 0.123
    path.write_text(json.dumps(changed), encoding="utf-8")
    before = path.read_bytes()
    assert vaemo_eval(["rescore", str(run), "--level", "0.95"]) == 1
    assert "recorded 0.123" in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize("level", ["0", "1", "95", "nan"])
def test_rescore_takes_only_a_level(narrow: Path, level: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert vaemo_eval(["rescore", str(narrow), "--level", level]) == 2
    assert f"--level {level}: between 0 and 1" in capsys.readouterr().err


@pytest.mark.parametrize(("level", "text"), [(0.95, "95 %"), (0.9, "90 %"), (0.55, "55 %"), (0.999, "99.9 %")])
def test_a_level_is_shown_in_percent(level: float, text: str) -> None:
    assert percent(level) == text
