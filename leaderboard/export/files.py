"""Read entries for an export, write its files, and the CSV of every metric."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboard import entry as entries
from leaderboard.entry import Entry, folder_name
from leaderboard.run_folder import pack_all
from va_extractor.common.csvfile import Cell, to_csv
from va_extractor.common.errors import InputError, Problem
from va_extractor.common.files import writing


@dataclass(frozen=True)
class Export:
    """Text files by path below the output folder, and why entries were left out."""

    files: dict[str, str]
    left_out: tuple[Problem, ...] = ()


def load(path: Path) -> list[Entry]:
    """Read a run folder, or every entry of a results repository.

    Raises:
        InputError: it is neither, an entry cannot be read, or answers are missing, which other formats cannot express.
    """
    if (path / entries.RUN).is_file():
        given = [packed.entry for packed in pack_all(path)]
    else:
        entries.require_results(path)
        given = [entries.read(path, folder) for folder in entries.find(path)]
    for one in given:
        if missing := one.task.answers.missing:
            what, hint = f"{missing} answers are missing", "repeat the run to get them"
            raise InputError(what, code="incomplete", file=path, field=one.task_name, hint=hint)
    return given


def grouped(given: Sequence[Entry], key: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    """Group entries by a key, in the order in which keys appear."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for one in given:
        groups[key(one)].append(one)
    return dict(groups)


def by_model(given: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Group entries by the folder name of their model."""
    return grouped(given, lambda one: folder_name(one.record.model.id))


def write(export: Export, out: Path) -> None:
    """Write the files.

    Raises:
        InputError: they cannot be written.
    """
    with writing(out, field="--out"):
        for name, text in export.files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


COLUMNS = (
    *("model", "model_revision", "backend", "task", "version", "metric", "main_score", "higher_is_better", "value"),
    *("low", "high", "method", "chance", "majority", "prototype", "items", "clusters", "unparsed_rate"),
    *("features", "features_revision", "features_sha256", "synthetic", "created", "entry"),
)


def scores_csv(given: Sequence[Entry]) -> Export:
    """Return `scores.csv`: every metric of every entry."""
    return Export({"scores.csv": to_csv(COLUMNS, (row for one in given for row in _rows(one)))})


def _rows(one: Entry) -> Iterator[Sequence[Cell]]:
    record, task = one.record, one.task
    for name, score in task.metrics.items():
        between = score.interval
        yield (
            *(record.model.id, record.model.revision, record.model.backend, one.task_name, task.version, name),
            *(name == task.main_score, score.higher_is_better, score.value),
            *((between.low, between.high, between.method) if between else (None,) * 3),
            *(score.chance, score.baselines.get("majority"), score.baselines.get("prototype")),
            *(task.items, task.clusters, task.answers.unparsed_rate),
            *(task.features.id, task.features.revision, task.features.sha256),
            *(task.features.synthetic, record.created, str(one.path)),
        )
