"""Read and extend the two lists of a results repository: withdrawn entries, and entries that maintainers vouch for.

Both are CSV files that only grow.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from leaderboard.untrusted import read_bounded
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

WITHDRAWALS = "withdrawals.csv"
STATUSES = "status.csv"
Status = Literal["maintainer-run", "recomputed", "self-reported", "withdrawn"]
_MAX_TEXT = 500


@dataclass(frozen=True)
class Withdrawal:
    """One line of `withdrawals.csv`: an entry's folder, the day, and the reason."""

    entry: PurePosixPath
    date: str
    reason: str


@dataclass(frozen=True)
class Vouched:
    """One line of `status.csv`: an entry's folder, the digest of its files when checked, and the status."""

    entry: PurePosixPath
    digest: str
    status: Status


def withdrawals(root: Path) -> list[Withdrawal]:
    """Read `withdrawals.csv`; empty if it does not exist.

    Raises:
        InputError: it is not CSV, or a line lacks a field.
    """
    return [
        Withdrawal(PurePosixPath(row["entry"]), row["date"], row["reason"])
        for row in _rows(root, WITHDRAWALS, ("entry", "date", "reason"))
    ]


def statuses(root: Path) -> dict[tuple[PurePosixPath, str], Status]:
    """Read `status.csv` as status by folder and digest; the last line of an entry counts.

    Raises:
        InputError: it is not CSV, a line lacks a field, or a status is unknown.
    """
    found: dict[tuple[PurePosixPath, str], Status] = {}
    known: dict[str, Status] = {name: name for name in get_args(Status) if name != "withdrawn"}
    for number, row in enumerate(_rows(root, STATUSES, ("entry", "digest", "status")), start=2):
        if row["status"] not in known:
            raise InputError(
                "unknown status",
                code="unknown",
                file=STATUSES,
                line=number,
                field="status",
                found=row["status"][:40],
                hint=f"one of {', '.join(known)}",
            )
        found[PurePosixPath(row["entry"]), row["digest"]] = known[row["status"]]
    return found


def add_statuses(root: Path, lines: list[Vouched]) -> None:
    """Append lines to `status.csv`."""
    path = root / STATUSES
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(("entry", "digest", "status"))
        writer.writerows((str(line.entry), line.digest, line.status) for line in lines)


def content(root: Path, name: str) -> bytes | None:
    """Return the bytes of a list; None if it does not exist.

    Raises:
        InputError: it is not a plain file, or too large.
    """
    path = root / name
    return read_bounded(path, name) if path.exists() or path.is_symlink() else None


def _rows(root: Path, name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    data = content(root, name)
    if data is None:
        return []
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputError("not CSV in UTF-8", code="unreadable", file=name) from None
    hint = f"columns: {','.join(columns)}"
    if not rows or tuple(rows[0]) != columns:
        raise InputError("wrong columns", code="type", file=name, line=1, hint=hint)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns) or not all(row) or max(map(len, row)) > _MAX_TEXT:
            found = one_line(",".join(row), 60)
            raise InputError(
                "wrong number or length of fields", code="type", file=name, line=number, found=found, hint=hint
            )
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]
