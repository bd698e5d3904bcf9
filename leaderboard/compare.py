"""Compare two models on the tasks that both answered, by the test of `vaemo-eval compare`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from harness.runs.compare import Comparison, Run, adjust, compare_runs
from leaderboard import entry as entries
from leaderboard.entry import Entry, column_id
from leaderboard.run_folder import pack_all
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line


def compare(first: Path, second: Path) -> list[Comparison]:
    """Compare two runs, or two entries or models of a results repository.

    Args:
        first: a run folder, an entry's folder, or a folder that holds entries (a model's).
        second: likewise.

    Raises:
        InputError: one cannot be read, or they share no task version, features and setting with a value in both.
    """
    mine, theirs = _load(first), _load(second)
    found = [pair for name in mine if name in theirs for pair in _pair(first, mine[name], second, theirs[name])]
    if not any(pair.main for pair in found):
        raise InputError(
            f"shares no task version, features and setting with {first.name}",
            code="conflict",
            file=second,
            field="task",
            found=", ".join(one.task_name for one in theirs.values()),
            hint=f"{first.name} has {', '.join(one.task_name for one in mine.values())}",
        )
    return adjust(found)


def _load(folder: Path) -> dict[str, Entry]:
    """Read entries by their column; the newest if a column has several.

    Raises:
        InputError: there are none, one cannot be read, or answers are missing.
    """
    found = sorted(_entries(folder), key=lambda one: one.record.created)
    if not found:
        hint = "give a run folder, or a folder below results/"
        raise InputError("holds no run and no entry", code="missing", file=folder, hint=hint)
    for one in found:
        if absent := sum(sample.answer.missing is not None for sample in one.samples):
            raise InputError(f"{absent} answers are missing", code="incomplete", file=folder, field=one.task_name)
    return {column_id(one): one for one in found}


def _entries(folder: Path) -> Iterable[Entry]:
    if not folder.is_dir():
        raise InputError("no such folder", code="missing", file=folder)
    if (folder / entries.RUN).is_file() and not (folder / entries.SAMPLES).exists():
        return [packed.entry for packed in pack_all(folder)]
    places = sorted(path.parent for path in folder.rglob(entries.SAMPLES))
    return [entries.read(place.parent, PurePosixPath(place.name)) for place in places]


def _pair(first: Path, one: Entry, second: Path, other: Entry) -> Sequence[Comparison]:
    runs = [
        Run(folder, entry.record, {entry.task_name: list(entry.samples)})
        for folder, entry in ((first, one), (second, other))
    ]
    try:
        return compare_runs(runs, 0)
    except InputError:
        raise
    except Exception as error:  # samples from a stranger that do not fit their task
        what = f"the samples do not fit the task: {one_line(str(error), 80)}"
        raise InputError(what, code="conflict", file=second, field=one.task_name) from None
