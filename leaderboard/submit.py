"""Check a run, and place it in a local results repository (`leaderboard.hub` proposes it on the Hub)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from leaderboard.recompute import recompute
from leaderboard.run_folder import Packed, pack_all
from leaderboard.safe_files import MAX_FILE
from va_extractor.common.errors import InputError, Problem
from va_extractor.common.files import writing


@dataclass(frozen=True)
class Checked:
    """The result of checking a run: valid entries, and the problems of the other tasks."""

    entries: tuple[Packed, ...]
    refused: tuple[Problem, ...]


def check_tasks(run_dir: Path, features: Sequence[str], embedder: str | None) -> Checked:
    """Check each task of a run by itself.

    Raises:
        InputError: the run cannot be read.
    """
    held, refused = [], []
    for packed in pack_all(run_dir):
        name = packed.entry.task_name
        if len(packed.samples) > MAX_FILE:
            problems = [Problem(f"packed samples are larger than {MAX_FILE:,} bytes", code="limit")]
        else:
            problems = recompute(packed.entry, features, embedder)
        refused += [replace(problem, file=name) for problem in problems]
        if not problems:
            held.append(packed)
    return Checked(tuple(held), tuple(refused))


def place(entries: Sequence[Packed], root: Path) -> list[Path]:
    """Write entries below `root`, and return their folders.

    Raises:
        InputError: a folder holds another entry, or cannot be written.
    """
    folders = []
    for packed in entries:
        folder = root / packed.entry.path
        if any(
            (folder / name).exists() and (folder / name).read_bytes() != data for name, data in packed.files.items()
        ):
            what = "holds another run of this model, task and setting"
            raise InputError(what, code="conflict", file=str(packed.entry.path), hint="remove it first")
        with writing(root, field="--to"):
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in packed.files.items():
                (folder / name).write_bytes(data)
        folders.append(folder)
    return folders
