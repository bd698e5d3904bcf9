"""Cache on disk of arrays that depend only on features and task.

A file's name is a hash of everything that decides its numbers; the file also holds that text. Its last bytes are the
SHA-256 of the rest, because an archive's own checksums do not cover its table of contents. A damaged file, or one with
another text, is computed again. If the folder cannot be written, the arrays are computed each time.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

VERSION = 12
"""Increase it when a baseline or a predictor changes, so that old files are not used."""

Arrays = dict[str, NDArray[Any]]

_DECIDES = "decides"
_SEAL = hashlib.sha256().digest_size
_UNREADABLE = (ValueError, KeyError, EOFError, BadZipFile)


def kept(parts: Sequence[object], compute: Callable[[], Arrays]) -> Arrays:
    """Return the arrays from the cache, or compute and store them.

    Args:
        parts: everything that decides the arrays, in JSON's types; hashes of the features are among them.
        compute: returns arrays of numbers or texts, by name.
    """
    # by its metadata: importing it takes seconds, and nothing is fitted where the arrays are known
    text = json.dumps([VERSION, version("scikit-learn"), np.__version__, *parts], sort_keys=True).encode()
    path = folder() / f"{hashlib.sha256(text).hexdigest()[:32]}.npz"
    found = _read(path, text)
    if found is None:
        found = compute()
        _write(path, text, found)
    return found


def folder() -> Path:
    """Return the folder of the cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vaemo-eval"


def _read(path: Path, text: bytes) -> Arrays | None:
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    archive, seal = whole[:-_SEAL], whole[-_SEAL:]
    if hashlib.sha256(archive).digest() != seal:
        return None
    try:
        with np.load(io.BytesIO(archive), allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except _UNREADABLE:
        return None
    return found if found.pop(_DECIDES, np.empty(0)).tobytes() == text else None


def _write(path: Path, text: bytes, found: Arrays) -> None:
    """Write whole or not at all, even if other processes write the same file."""
    archive = io.BytesIO()
    np.savez_compressed(archive, **{_DECIDES: np.frombuffer(text, np.uint8)}, **found)  # type: ignore[arg-type]  # stub: a flag
    partial = path.with_suffix(f".{secrets.token_hex(8)}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(archive.getvalue() + hashlib.sha256(archive.getvalue()).digest())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        _warn(f"{path.parent}: cannot be written ({error.strerror}); every run computes baselines and ceilings again")


@cache
def _warn(line: str) -> None:
    """Print it once."""
    sys.stderr.write(f"{line}\n")
