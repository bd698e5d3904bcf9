"""Keeping what predictors computed beside the features they computed it from.

A file is named by a hash of everything that decides its numbers, and holds that text too. Behind the archive stands its
SHA-256: an archive's own checksums do not cover its table of contents. One that is damaged, or holds another text, is
computed again; one that cannot be written costs time, no run.
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
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from harness.tasks.features import SHIPPED, load

VERSION = 2
"""Raised whenever a predictor changes, so that what an older one computed is not read."""

Numbers = dict[str, NDArray[Any]]
"""(n, k) log-scores or places by the predictor's name."""

_DECIDES = "decides"
_SEAL = hashlib.sha256().digest_size
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, EOFError, MemoryError, RuntimeError, BadZipFile)
"""What a file with a right seal raises that somebody else made."""


def kept(features: str, source: str, parts: Sequence[object], compute: Callable[[], Numbers]) -> Numbers:
    """Return what `compute` gives, from beside the features where it was computed before.

    Args:
        features: where features come from.
        source: the source's name.
        parts: what decides the numbers beside the features and the predictors' version, in JSON's types.
        compute: computes (n, k) numbers by name; empty where nothing can be predicted.
    """
    text = _decides(features, source, parts)
    path = folder(features) / f"ceilings-{hashlib.sha256(text).hexdigest()[:20]}.npz"
    found = _read(path, text)
    if found is None:
        found = compute()
        _write(path, text, found)
    return found


def folder(features: str) -> Path:
    """Return where ceilings of `features` are kept: beside local features that can be written to, else in the cache."""
    local = Path(features).expanduser()
    if features != SHIPPED and local.exists():
        beside = local if local.is_dir() else local.parent
        if os.access(beside, os.W_OK):
            return beside / ".vaemo"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vaemo-eval"


def _decides(features: str, source: str, parts: Sequence[object]) -> bytes:
    import sklearn

    hashes = load(features, source).hashes
    return json.dumps([VERSION, sklearn.__version__, np.__version__, source, hashes, parts], sort_keys=True).encode()


def _read(path: Path, text: bytes) -> Numbers | None:
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
    if found.pop(_DECIDES, np.empty(0)).tobytes() != text:
        return None
    return found if all(map(_sound, found.values())) else None


def _sound(numbers: NDArray[Any]) -> bool:
    return numbers.ndim == 2 and numbers.dtype.kind in "if" and not np.isnan(numbers).any()


def _write(path: Path, text: bytes, found: Numbers) -> None:
    """Write whole or not at all, whoever else writes the same."""
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
        _say(f"{path.parent}: ceilings cannot be kept here ({error.strerror}); every run computes them again")


@cache
def _say(line: str) -> None:
    """Tell of it once."""
    sys.stderr.write(f"{line}\n")
