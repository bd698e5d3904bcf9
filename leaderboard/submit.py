"""Checking a run, and placing it in a results repository here (`leaderboard.hub` proposes it on the Hub)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboard import entry
from leaderboard.recompute import recompute
from leaderboard.run_folder import Packed, pack, read_run
from leaderboard.safe_files import MAX_FILE
from va_extractor.common.errors import InputError


@dataclass(frozen=True)
class Proved:
    """What a run's check gave: entries that hold, and one line for each reason against another."""

    entries: tuple[Packed, ...]
    refused: tuple[str, ...]


def prove(run_dir: Path, features: Sequence[str], embedder: str | None) -> Proved:
    """Check every task of a run, each by itself.

    Raises:
        InputError: the run cannot be read.
    """
    record = read_run(run_dir)
    held, refused = [], []
    for task in record.tasks:
        packed = pack(run_dir, record, task)
        problems = recompute(packed.entry, features, embedder)
        if len(packed.samples) > MAX_FILE:
            problems = [f"samples are larger than {MAX_FILE:,} bytes when compressed"]
        refused += [f"{task}: {problem}" for problem in problems]
        if not problems:
            held.append(packed)
    return Proved(tuple(held), tuple(refused))


def place(entries: Sequence[Packed], root: Path) -> list[Path]:
    """Write entries below `root`, and return their folders.

    Raises:
        InputError: another entry lies where one belongs, or the folder cannot be written.
    """
    folders = []
    for packed in entries:
        folder = root / packed.entry.path
        files = {entry.RUN: packed.run, entry.SAMPLES: packed.samples}
        if any((folder / name).exists() and (folder / name).read_bytes() != data for name, data in files.items()):
            raise InputError(f"{packed.entry.path}: holds another run of this model, task and setting; remove it first")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                (folder / name).write_bytes(data)
        except OSError as error:
            raise InputError(f"--to {root}: cannot be written: {error.strerror}") from None
        folders.append(folder)
    return folders
