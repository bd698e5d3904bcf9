"""What an export is: files by path, and a line for each entry that the form cannot hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboard import entry as entries
from leaderboard.entry import Entry, folder_name
from leaderboard.run_folder import pack, read_run
from va_extractor.common.errors import InputError


@dataclass(frozen=True)
class Export:
    """Text files by path below the output folder, and what was left out and why."""

    files: dict[str, str]
    left_out: tuple[str, ...] = ()


def load(path: Path) -> list[Entry]:
    """Read a run folder, or every entry of a results repository.

    Raises:
        InputError: it is neither, an entry cannot be read, or answers are missing, which no other form can say.
    """
    given = _load(path)
    for one in given:
        if one.task.answers.missing:
            raise InputError(
                f"{path}: task {one.task_name} lacks {one.task.answers.missing} answers; ask for them first"
            )
    return given


def _load(path: Path) -> list[Entry]:
    if (path / entries.RUN).is_file():
        record = read_run(path)
        return [pack(path, record, task).entry for task in record.tasks]
    if not (path / entries.RESULTS).is_dir():
        raise InputError(f"{path}: give a run folder, or the root of a results repository")
    return [entries.read(path, folder) for folder in entries.find(path)]


def by_model(given: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Group entries by the folder name of their model."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for one in given:
        groups[folder_name(one.record.model.id)].append(one)
    return dict(groups)


def write(export: Export, out: Path) -> None:
    """Write the files.

    Raises:
        InputError: they cannot be written.
    """
    try:
        for name, text in export.files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written: {error.strerror}") from None
