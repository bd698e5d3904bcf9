"""The two lists beside the results: what was withdrawn and why, and what maintainers found of an entry.

Both are CSV files that only grow, so that a page can say why a row is gone and who vouches for the others.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from leaderboard.safe_files import read_bounded
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

WITHDRAWALS = "withdrawals.csv"
STATUSES = "status.csv"
Status = Literal["maintainer-run", "recomputed", "self-reported", "withdrawn"]
_MAX_TEXT = 500


@dataclass(frozen=True)
class Withdrawal:
    """One line of `withdrawals.csv`: an entry's folder, the day, and the reason in words."""

    entry: PurePosixPath
    date: str
    reason: str


@dataclass(frozen=True)
class Vouched:
    """One line of `status.csv`: an entry's folder, the digest of its files when it was checked, and the status."""

    entry: PurePosixPath
    digest: str
    status: Status


def withdrawals(root: Path) -> list[Withdrawal]:
    """Read `withdrawals.csv`; empty where there is none.

    Raises:
        InputError: a line lacks a field; the message names it.
    """
    return [
        Withdrawal(PurePosixPath(row["entry"]), row["date"], row["reason"])
        for row in _rows(root / WITHDRAWALS, ("entry", "date", "reason"))
    ]


def statuses(root: Path) -> dict[tuple[PurePosixPath, str], Status]:
    """Read `status.csv` as status by folder and digest; the last line of an entry counts.

    Raises:
        InputError: a line lacks a field or names an unknown status.
    """
    found: dict[tuple[PurePosixPath, str], Status] = {}
    known: dict[str, Status] = {name: name for name in get_args(Status) if name != "withdrawn"}
    for number, row in enumerate(_rows(root / STATUSES, ("entry", "digest", "status")), start=2):
        if row["status"] not in known:
            raise InputError(f"{STATUSES}:{number}: unknown status {row['status'][:40]!a}: {', '.join(known)}")
        found[PurePosixPath(row["entry"]), row["digest"]] = known[row["status"]]
    return found


def add_statuses(root: Path, lines: list[Vouched]) -> None:
    """Append lines to `status.csv`."""
    path = root / STATUSES
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not path.exists():
        writer.writerow(("entry", "digest", "status"))
    writer.writerows((str(line.entry), line.digest, line.status) for line in lines)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())


def only_grew(root: Path, base: Path, name: str) -> bool:
    """Tell whether a list begins with all that it held in the earlier state."""
    before = base / name
    if not before.exists():
        return True
    now = root / name
    return now.exists() and read_bounded(now, name).startswith(read_bounded(before, name))


def same(root: Path, base: Path, name: str) -> bool:
    """Tell whether a list is what it was in the earlier state."""
    paths = [folder / name for folder in (root, base)]
    texts = [read_bounded(path, name) if path.exists() or path.is_symlink() else None for path in paths]
    return texts[0] == texts[1]


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.exists() and not path.is_symlink():
        return []
    try:
        text = read_bounded(path, path.name).decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"{path.name}: is no CSV in UTF-8") from None
    if not rows or tuple(rows[0]) != columns:
        raise InputError(f"{path.name}:1: the columns are {','.join(columns)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns) or not all(row) or max(map(len, row)) > _MAX_TEXT:
            raise InputError(f"{path.name}:{number}: needs {', '.join(columns)}: {one_line(','.join(row), 60)}")
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]
