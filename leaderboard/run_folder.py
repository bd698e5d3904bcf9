"""Read a finished run as entries, within the bounds for strangers; check them, and place them in a local repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.record.folder import samples_name
from leaderboard.entry import MAX_RUN, RUN, SAMPLES, Entry, parse, read_record
from leaderboard.recompute import recompute
from leaderboard.untrusted import MAX_FILE, read_bounded
from va_extractor.common.errors import InputError, Problem
from va_extractor.common.files import writing


@dataclass(frozen=True)
class Packed:
    """An entry with the bytes of its two files by name."""

    entry: Entry
    files: dict[str, bytes]


def pack_all(folder: Path) -> Iterator[Packed]:
    """Yield the entry of each task of a run.

    Raises:
        InputError: the record or samples are missing, or break a bound, the schema or a rule for names.
    """
    where = f"{folder.name}/{RUN}"
    record = read_record(read_bounded(folder / RUN, where, MAX_RUN), where)
    for name, task in record.tasks.items():
        alone = record.model_copy(update={"tasks": {name: task}, "synthetic": task.features.synthetic})
        run = (alone.model_dump_json(indent=2) + "\n").encode()
        samples_at = f"{folder.name}/{task.samples}"
        samples = read_bounded(folder / samples_name(name), samples_at)
        yield Packed(parse(run, samples, folder.name, samples_at), {RUN: run, SAMPLES: samples})


def check_tasks(run_dir: Path, features: Sequence[str], embedder: str | None) -> tuple[list[Packed], list[Problem]]:
    """Check each task of a run by itself; return the valid entries, and the problems of the other tasks.

    Raises:
        InputError: the run cannot be read.
    """
    held, refused = [], []
    for packed in pack_all(run_dir):
        if len(packed.files[SAMPLES]) > MAX_FILE:
            problems = [Problem(f"packed samples are larger than {MAX_FILE:,} bytes", code="limit")]
        else:
            problems = recompute(packed.entry, features, embedder)
        refused += [replace(problem, file=packed.entry.task_name) for problem in problems]
        if not problems:
            held.append(packed)
    return held, refused


def place(entries: Sequence[Packed], root: Path) -> list[Path]:
    """Write entries below `root`, and return their folders.

    Raises:
        InputError: a folder holds another entry, or cannot be written.
    """
    folders = []
    for packed in entries:
        folder = root / packed.entry.path
        files = {folder / name: data for name, data in packed.files.items()}
        if any(path.exists() and path.read_bytes() != data for path, data in files.items()):
            what = "holds another run of this model, task and setting"
            raise InputError(what, code="conflict", file=str(packed.entry.path), hint="remove it first")
        with writing(root, field="--to"):
            folder.mkdir(parents=True, exist_ok=True)
            for path, data in files.items():
                path.write_bytes(data)
        folders.append(folder)
    return folders
