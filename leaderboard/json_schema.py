"""Write the JSON Schemas of the run record, its samples and the board: `python -m leaderboard.json_schema docs`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from harness.record import RunRecord, Sample
from leaderboard.board import Board

FILES: dict[str, type[BaseModel]] = {
    "run-record.schema.json": RunRecord,
    "sample.schema.json": Sample,
    "leaderboard.schema.json": Board,
}


def text(model: type[BaseModel]) -> str:
    """Return a model's JSON Schema (draft 2020-12) as indented text."""
    return json.dumps(model.model_json_schema(), indent=2) + "\n"


def write(folder: Path) -> None:
    """Write every schema below `folder`."""
    for name, model in FILES.items():
        (folder / name).write_text(text(model), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
