"""Write the JSON Schemas of a run, its samples and a sweep: `python -m harness.record.schema docs`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from harness.record import RunRecord, Sample
from harness.record.sweep import Sweep

FILES: dict[str, type[BaseModel]] = {
    "run-record.schema.json": RunRecord,
    "sample.schema.json": Sample,
    "sweep.schema.json": Sweep,
}


def text(model: type[BaseModel]) -> str:
    """Return a model's JSON Schema (draft 2020-12) as indented text."""
    return json.dumps(model.model_json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    for name, model in FILES.items():
        (Path(sys.argv[1]) / name).write_text(text(model), encoding="utf-8")
