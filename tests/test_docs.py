"""Pages and schemas that are made from code are current."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.record.schema import FILES, text
from harness.tasks.catalogue import find
from leaderboard.board import FILE, Board

ROOT = Path(__file__).resolve().parents[1]


MODELS = FILES | {FILE: Board}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_committed_json_schema_is_the_models(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text(MODELS[name])


def test_every_task_has_its_line_in_the_table_of_tasks() -> None:
    table = (ROOT / "tasks" / "README.md").read_text(encoding="utf-8")
    assert [info.name for info in find().values() if not info.members and f"| `{info.name}` |" not in table] == []
