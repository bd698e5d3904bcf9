"""Read a finished run as entries, one for each task, within the bounds for strangers' entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.record import RunRecord
from harness.record.folder import samples_name
from leaderboard import entry, safe_files
from leaderboard.entry import Entry


@dataclass(frozen=True)
class Packed:
    """An entry with the bytes of its two files."""

    entry: Entry
    run: bytes
    samples: bytes

    @property
    def files(self) -> dict[str, bytes]:
        """The two files by name."""
        return {entry.RUN: self.run, entry.SAMPLES: self.samples}


def read_run(folder: Path) -> RunRecord:
    """Read a run's record.

    Raises:
        InputError: it is missing, or breaks a bound, the schema or a rule for names.
    """
    where = f"{folder.name}/{entry.RUN}"
    return entry.read_record(safe_files.read_bounded(folder / entry.RUN, where, entry.MAX_RUN), where)


def pack_all(folder: Path) -> Iterator[Packed]:
    """Yield the entry of each task of a run.

    Raises:
        InputError: as `read_run`; or samples are missing, or break a bound or the schema.
    """
    record = read_run(folder)
    for task in record.tasks:
        yield pack(folder, record, task)


def pack(folder: Path, record: RunRecord, task: str) -> Packed:
    """Make the entry of one task of a run; errors as `pack_all`."""
    one = record.tasks[task]
    alone = record.model_copy(update={"tasks": {task: one}, "synthetic": one.features.synthetic})
    run = (alone.model_dump_json(indent=2) + "\n").encode()
    where = f"{folder.name}/{one.samples}"
    samples = safe_files.read_bounded(folder / samples_name(task), where)
    return Packed(entry.parse(run, samples, folder.name, where), run, samples)
