"""The answer cache on disk: a SQLite file in WAL mode.

A row is committed before the next answer is taken, so that it outlives the process however that ends. A commit waits
for the disk itself once a second (`SYNC_S`): a power cut loses the answers of that second at most. SQLite is used
because several processes share a cache and look up single keys among millions.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.models.api.faults import one_line
from harness.record import Answer
from va_extractor.common.errors import InputError

FILE = "answers.sqlite"
VERSION = 1
SYNC_S = 1.0
BUSY_S = 60.0
_APPLICATION = 0x5641454D  # "VAEM": another program's database is refused
_CHECKPOINT_PAGES = 4000
_HINT = "give another folder with --cache DIR, or --cache off"

Given = str | tuple[float, bool] | Answer
"""An answer as back ends give it: a text, a (log-likelihood, greedy) pair, or our own `Answer`."""


@dataclass(frozen=True)
class CachedAnswer:
    """An answer, and what the provider reported with it.

    Attributes:
        answer: the answer.
        changes: parameters changed because the provider rejected them.
        version: of the model; None if the provider reports none.
    """

    answer: Given
    changes: tuple[str, ...] = ()
    version: str | None = None


class AnswerCache:
    """Answers by key; safe for several processes and threads.

    Args:
        path: the file; made if there is none. None: keep the answers in memory only.

    Raises:
        InputError: it cannot be opened, is not an answer cache, or has another version.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._synced = time.monotonic()
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = f"cannot be written: {error.strerror}"
                raise InputError(reason, code="unwritable", file=path.parent, hint=_HINT) from None
            if not os.access(path.parent, os.W_OK):
                raise InputError("read-only", code="unwritable", file=path.parent, hint=_HINT)
        with self._one_line():
            self._db = sqlite3.connect(
                path or ":memory:", timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
        try:
            with self._one_line():
                self._open()
        except InputError:
            self._db.close()
            raise

    def __len__(self) -> int:
        with self._lock, self._one_line():
            return int(self._db.execute("SELECT count(*) FROM answers").fetchone()[0])

    def read(self, keys: Iterable[bytes]) -> dict[bytes, CachedAnswer]:
        """Return the answers to those of `keys` that have one.

        Raises:
            InputError: the file is damaged, or holds a row of another program.
        """
        found: dict[bytes, CachedAnswer] = {}
        with self._lock, self._one_line():
            for key in keys:
                row = self._db.execute("SELECT answer, changes, version FROM answers WHERE key = ?", (key,)).fetchone()
                if row is not None:
                    found[key] = self._read(*row)
        return found

    def row_error(self) -> InputError:
        """Return the error of a row that is not an answer to its request."""
        return InputError("contains something else than answers", code="unreadable", file=self.path, hint=_HINT)

    def _read(self, answer: Any, changes: Any, version: Any) -> CachedAnswer:
        try:
            return _parse(answer, changes, version)
        except (ValueError, TypeError):
            raise self.row_error() from None

    def put(self, rows: Mapping[bytes, CachedAnswer]) -> None:
        """Keep answers, all or none; a key that has an answer keeps it.

        Raises:
            InputError: the disk is full or cannot be written; earlier answers stay whole.
        """
        with self._lock, self._one_line(), self._on_disk_in_time():
            if len(rows) == 1:
                self._db.execute(_INSERT, *(_row(key, cached) for key, cached in rows.items()))
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(_INSERT, (_row(key, cached) for key, cached in rows.items()))
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Write everything to the disk itself, and close the file."""
        with self._lock:
            self._db.close()

    def _open(self) -> None:
        run = self._db.execute
        self._check()
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        run(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        run("BEGIN IMMEDIATE")  # of two processes that make the file, one waits for the other
        run(_TABLE)
        run(f"PRAGMA application_id = {_APPLICATION}")
        run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    def _check(self) -> None:
        """Refuse another program's file before a byte of it is changed."""
        version, application, tables = (
            self._db.execute(query).fetchone()[0]
            for query in ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_schema")
        )
        if tables and application != _APPLICATION:
            raise InputError("not an answer cache", code="conflict", file=self.path, hint=_HINT)
        if tables and version != VERSION:
            what = f"an answer cache of another version than {VERSION}"
            raise InputError(what, code="conflict", file=self.path, found=version, hint=_HINT)

    @contextmanager
    def _on_disk_in_time(self) -> Iterator[None]:
        """Once in `SYNC_S`, let a commit wait for the disk; it takes all earlier commits with it."""
        due = time.monotonic() - self._synced >= SYNC_S
        if due:
            self._db.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            if due:
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._synced = time.monotonic()

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _problem(error, self.path) from None


_TABLE = """CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, answer TEXT NOT NULL, changes TEXT NOT NULL, version TEXT
) WITHOUT ROWID"""
_INSERT = "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)"


def _row(key: bytes, cached: CachedAnswer) -> tuple[bytes, str, str, str | None]:
    return key, _encode(cached.answer), json.dumps(cached.changes) if cached.changes else "[]", cached.version


def _encode(answer: Given) -> str:
    if isinstance(answer, Answer):
        return answer.model_dump_json(exclude_defaults=True)
    return json.dumps(answer if isinstance(answer, str) else [float(answer[0]), bool(answer[1])])


def _parse(answer: str, changes: str, version: object) -> CachedAnswer:
    """Parse a row, which another program may have written.

    Raises:
        ValueError, TypeError: it is not an answer.
    """
    said = json.loads(changes)
    if not isinstance(said, list) or not isinstance(version, str | None):
        raise ValueError("changes are a list, and a version is a text")
    return CachedAnswer(_decode(json.loads(answer)), tuple(one_line(str(one)) for one in said), version)


def _decode(value: Any) -> Given:
    match value:
        case str():
            return value
        case [float(loglikelihood), bool(greedy)] if math.isfinite(loglikelihood):
            return loglikelihood, greedy
        case {"missing": _}:
            raise ValueError("a missing answer is never kept")
        case {}:
            return Answer.model_validate(value)
    raise ValueError("neither a text, nor a log-likelihood, nor an answer")


def _problem(error: sqlite3.Error, path: Path | None) -> InputError:
    said = str(error)
    if "full" in said:
        hint = "free some space: the answers that arrived before are kept"
        return InputError("the disk is full", code="unwritable", file=path, hint=hint)
    if "not a database" in said or "malformed" in said:
        return InputError(f"not an answer cache, or damaged ({said})", code="unreadable", file=path, hint=_HINT)
    return InputError(f"answers cannot be kept: {said}", code="unwritable", file=path)
