"""Changing an entry as a cheat would: samples, record and hash stay consistent with each other where asked."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.record import RunRecord
from leaderboard.entry import path_of

Json = dict[str, Any]


def folder_of(root: Path, model: str, task: str = "norms_term") -> Path:
    """Return an entry's folder."""
    return next(root.glob(f"results/{model}/*/{task}/*"))


def edit(
    folder: Path,
    samples: Callable[[list[Json]], list[Json]] = lambda rows: rows,
    record: Callable[[Json], None] = lambda record: None,
) -> None:
    """Rewrite an entry; the record's hash of the samples follows, so that only the content is wrong."""
    packed = folder / "samples.jsonl.gz"
    rows = samples([json.loads(line) for line in gzip.decompress(packed.read_bytes()).splitlines()])
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    packed.write_bytes(gzip.compress(data, mtime=0))
    path = folder / "run.json"
    whole = json.loads(path.read_bytes())
    next(iter(whole["tasks"].values()))["samples_sha256"] = hashlib.sha256(data).hexdigest()
    record(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")


def task_of(record: Json) -> Json:
    """Return the only task of an entry's record."""
    only: Json = next(iter(record["tasks"].values()))
    return only


def file_odd(root: Path, record: Callable[[Json], None], model: str = "baseline__prototype") -> None:
    """Change an honest entry's record and file it where by its new content it belongs."""
    folder = folder_of(root, model)
    edit(folder, record=record)
    run = RunRecord.model_validate_json((folder / "run.json").read_bytes())
    place = root / path_of(run, next(iter(run.tasks)))
    if place != folder:
        place.parent.mkdir(parents=True)
        folder.rename(place)
