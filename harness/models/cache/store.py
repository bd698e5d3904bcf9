"""Answers on disk, each there the moment it arrives: a SQLite file in WAL mode.

A row is committed before the next answer is taken, so that it outlives the process however that ends. The disk itself
is waited for once a second (`SYNC_S`): a power cut loses the answers of that second at most. SQLite is used, not a file
that grows by lines, since several processes share a cache and look single keys up among millions.
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

from harness.models.api.error_text import one_line
from harness.record import Answer
from va_extractor.common.errors import InputError

FILE = "answers.sqlite"
VERSION = 1
SYNC_S = 1.0
BUSY_S = 60.0
_APPLICATION = 0x5641454D  # "VAEM", so that another program's database is not taken for ours
_CHECKPOINT_PAGES = 4000

Given = str | tuple[float, bool] | Answer
"""An answer as back ends give it: a text, a (log-likelihood, greedy) pair, or our own `Answer`."""


@dataclass(frozen=True)
class Kept:
    """An answer and what its provider said of the request.

    Attributes:
        answer: the answer.
        changes: what was sent otherwise than asked for, because the provider refuses it.
        version: of the model; None where the provider says none.
    """

    answer: Given
    changes: tuple[str, ...] = ()
    version: str | None = None


class AnswerStore:
    """Answers by key; safe for several processes and threads.

    Args:
        path: the file; made where there is none.
        alone: whether no other process may have it open, as is right for a run folder.

    Attributes:
        path: the file.
        is_open: whether it can be used.

    Raises:
        InputError: it cannot be opened, is in use, is no store of answers, or one of another version.
    """

    def __init__(self, path: Path, *, alone: bool = False) -> None:
        self.path = path
        self.is_open = False
        self._alone = alone
        self._lock = threading.Lock()
        self._synced = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{path.parent}: cannot be written: {error.strerror}") from None
        if not os.access(path.parent, os.W_OK):
            raise InputError(f"{path.parent}: cannot be written: it is read-only for this user")
        with self._one_line():
            self._db = sqlite3.connect(
                path, timeout=0.0 if alone else BUSY_S, isolation_level=None, check_same_thread=False
            )
        try:
            with self._one_line():
                self._open()
            self.is_open = True
        except InputError:
            self._db.close()
            raise

    def __len__(self) -> int:
        with self._lock, self._one_line():
            return int(self._db.execute("SELECT count(*) FROM answers").fetchone()[0])

    def read(self, keys: Iterable[bytes]) -> dict[bytes, Kept]:
        """Return what is known of `keys`."""
        found: dict[bytes, Kept] = {}
        with self._lock, self._one_line():
            for key in keys:
                row = self._db.execute("SELECT answer, changes, version FROM answers WHERE key = ?", (key,)).fetchone()
                if row is not None:
                    found[key] = self._read(*row)
        return found

    def _read(self, answer: Any, changes: Any, version: Any) -> Kept:
        try:
            return _kept(answer, changes, version)
        except (ValueError, TypeError):
            raise InputError(
                f"{self.path}: holds an answer that VAEmo-Eval did not write; give another --cache folder, or "
                "--no-resume for another run"
            ) from None

    def put(self, key: bytes, kept: Kept) -> None:
        """Keep one answer; where the key has one already, that stays.

        Raises:
            InputError: the disk is full or cannot be written; what was kept before is whole.
        """
        with self._lock, self._one_line(), self._on_disk_in_time():
            self._db.execute(_INSERT, _row(key, kept))

    def put_all(self, rows: Mapping[bytes, Kept]) -> None:
        """Keep many answers at once, all or none; errors as `put`."""
        with self._lock, self._one_line(), self._on_disk_in_time():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(_INSERT, (_row(key, kept) for key, kept in rows.items()))
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Write everything to the disk itself, and let go of the file."""
        with self._lock:
            self._db.close()
            self.is_open = False

    def _open(self) -> None:
        run = self._db.execute
        if self._alone:
            run("PRAGMA locking_mode = EXCLUSIVE")
        self._check()
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        run(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        run("BEGIN IMMEDIATE")  # of two processes that make the file one waits for the other
        run(_TABLE)
        run(f"PRAGMA application_id = {_APPLICATION}")
        run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    def _check(self) -> None:
        """Refuse what is not ours before a byte of it is changed."""
        version, application, tables = (
            self._db.execute(query).fetchone()[0]
            for query in ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_schema")
        )
        if tables and application != _APPLICATION:
            raise InputError(f"{self.path}: is no store of answers; give another folder")
        if tables and version != VERSION:
            raise InputError(
                f"{self.path}: answers kept by version {version} of the store, this is version {VERSION}; "
                "give another folder, or use the VAEmo-Eval that wrote it"
            )

    @contextmanager
    def _on_disk_in_time(self) -> Iterator[None]:
        """Let a commit wait for the disk where the last that did is long ago; it takes all before it along."""
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
            raise InputError(f"{self.path}: {_mend(error, alone=self._alone)}") from None


_TABLE = """CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, answer TEXT NOT NULL, changes TEXT NOT NULL, version TEXT
) WITHOUT ROWID"""
_INSERT = "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)"


def _row(key: bytes, kept: Kept) -> tuple[bytes, str, str, str | None]:
    return key, _encode(kept.answer), json.dumps(kept.changes) if kept.changes else "[]", kept.version


def _encode(answer: Given) -> str:
    if isinstance(answer, Answer):
        return answer.model_dump_json(exclude_defaults=True)
    return json.dumps(answer if isinstance(answer, str) else [float(answer[0]), bool(answer[1])])


def _kept(answer: str, changes: str, version: object) -> Kept:
    """Read a row, which a stranger may have written.

    Raises:
        ValueError, TypeError: it is none of ours.
    """
    said = json.loads(changes)
    if not isinstance(said, list) or not isinstance(version, str | None):
        raise ValueError("changes are a list, and a version is a text")
    return Kept(_decode(json.loads(answer)), tuple(one_line(str(one)) for one in said), version)


def _decode(value: Any) -> Given:
    match value:
        case str():
            return value
        case [float(loglikelihood), bool(greedy)] if math.isfinite(loglikelihood):
            return loglikelihood, greedy
        case {"missing": _}:
            raise ValueError("a missing answer is not kept")
        case {}:
            return Answer.model_validate(value)
    raise ValueError("neither a text, nor a log-likelihood, nor an answer")


def _mend(error: sqlite3.Error, *, alone: bool) -> str:
    said = str(error)
    if "locked" in said and alone:
        return "is in use by a run that is still going on; wait for it, or add --no-resume for another run"
    if "full" in said:
        return "the disk is full, free some space; answers that arrived before are kept"
    if "not a database" in said or "malformed" in said:
        return f"is no store of answers ({said}); give another folder"
    return f"answers cannot be kept: {said}"
