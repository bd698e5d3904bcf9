"""A record that was edited by hand: each command that reads it names the wrong field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from leaderboard.cli import main as vaemo_leaderboard

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command


@pytest.mark.parametrize(("field", "value"), [("kind", "haiku"), ("labels", [])])
def test_an_unknown_kind_and_absent_labels_are_one_line(
    vaemo_eval: Command, capsys: pytest.CaptureFixture[str], field: str, value: object
) -> None:
    folder = vaemo_eval("--model", "baseline:majority", "--tasks", "iimi_basic", "--limit", "5").folder
    record = json.loads((folder / "run.json").read_bytes())
    record["tasks"]["iimi_basic"][field] = value
    (folder / "run.json").write_text(json.dumps(record))
    for command in (["rescore", folder], ["compare", folder, folder], ["report", folder]):
        done = vaemo_eval(*command)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"run.json: tasks.iimi_basic.{field}: " in done.err
    assert vaemo_leaderboard(["check", str(folder)]) == 2
    assert f"run.json: tasks.iimi_basic.{field}: " in capsys.readouterr().err
