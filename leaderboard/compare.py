"""Two models on the same items: every task's headline, paired by the bootstrap draws that both share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from leaderboard import entry as entries
from leaderboard.build import Kept, column_id
from leaderboard.draws import headline_draws
from leaderboard.entry import Entry
from leaderboard.ranking import LEVEL, detectable, holm_family, pair_errors, pair_p
from leaderboard.run_folder import pack, read_run
from va_extractor.common.errors import InputError


@dataclass(frozen=True)
class Pair:
    """Two models on one task.

    Attributes:
        task: its name.
        metric: its headline metric.
        items: how many items both answered.
        first: the first model's score.
        second: the second's.
        low: lower end of the 95 % interval of first - second.
        high: upper end.
        p: two-sided p value of no difference, corrected by Holm's method over the tasks compared.
        detectable: the difference that the test finds with 80 % power; None where too few draws have a value.
    """

    task: str
    metric: str
    items: int
    first: float
    second: float
    low: float
    high: float
    p: float
    detectable: float | None

    @property
    def difference(self) -> float:
        """First minus second."""
        return self.first - self.second


@dataclass(frozen=True)
class Compared:
    """Two models by name, the tasks on which they can be compared, and whether one of these is synthetic."""

    first: str
    second: str
    pairs: tuple[Pair, ...]
    synthetic: bool


def compare(first: Path, second: Path) -> Compared:
    """Compare two runs, or two entries of a results repository.

    Args:
        first: a run folder, an entry's folder, or a folder that holds entries (a model's).
        second: likewise.

    Raises:
        InputError: one cannot be read, or no task was asked of both on the same features and in the same setting.
    """
    mine, theirs = _load(first), _load(second)
    names = [next(iter(side.values())).record.model.id for side in (mine, theirs)]
    shared = [name for name in mine if name in theirs]
    found = [pair for pair in (_pair(mine[name], theirs[name]) for name in shared) if pair is not None]
    if not found:
        raise InputError(
            f"{names[0]} and {names[1]}: no task of the same version, features and setting with a value in both; "
            f"{first.name} has {', '.join(one.task_name for one in mine.values())}, "
            f"{second.name} has {', '.join(one.task_name for one in theirs.values())}"
        )
    synthetic = any(mine[name].task.features.synthetic for name in shared)
    return Compared(names[0], names[1], tuple(_corrected(found)), synthetic)


def _load(folder: Path) -> dict[str, Kept]:
    """Read entries by their column; of several in one column the newest."""
    kept: list[Kept] = [
        Kept(one.record, one.task_name, one.path, "self-reported", headline_draws(one.task, one.samples, str(one.path)))
        for one in _entries(folder)
    ]
    if not kept:
        raise InputError(f"{folder}: holds no run and no entry; give a run folder, or a folder below results/")
    return {column_id(one): one for one in sorted(kept, key=lambda one: one.record.created)}


def _entries(folder: Path) -> Iterable[Entry]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    if (folder / entries.RUN).is_file() and not (folder / entries.SAMPLES).exists():
        record = read_run(folder)
        return [pack(folder, record, task).entry for task in record.tasks]
    places = sorted(path.parent for path in folder.rglob(entries.SAMPLES))
    return [entries.read(place.parent, PurePosixPath(place.name)) for place in places]


def _pair(one: Kept, other: Kept) -> Pair | None:
    first, second = one.headline.value, other.headline.value
    if first is None or second is None:
        return None
    draws = np.array([one.draws, other.draws], dtype=np.float64)
    errors = pair_errors(draws)
    low, high = np.nanquantile(draws[0] - draws[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Pair(
        task=one.task_name,
        metric=one.task.headline,
        items=one.task.items,
        first=first,
        second=second,
        low=float(low),
        high=float(high),
        p=float(pair_p(np.array([first, second]), errors)[0]),
        detectable=detectable(errors),
    )


def _corrected(pairs: list[Pair]) -> list[Pair]:
    """Correct p values over tasks, as one family."""
    corrected = holm_family(np.array([pair.p for pair in pairs]))
    return [replace(pair, p=float(p)) for pair, p in zip(pairs, corrected, strict=True)]
