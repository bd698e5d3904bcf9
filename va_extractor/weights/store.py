"""The weights folder: its place, and whether its files are the published ones."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

from va_extractor.common.errors import InputError
from va_extractor.weights.published import Hash, Weights

State = Literal["ok", "missing", "wrong hash", "not converted"]

_BLOCK = 1 << 20


def default_folder() -> Path:
    """Return `VAEMO_WEIGHTS`, or else the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`)."""
    if given := os.environ.get("VAEMO_WEIGHTS"):
        return Path(given)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "vaemo-eval" / "weights"


def digest(path: Path, kind: Hash) -> str:
    """Hash a file: SHA-256, or git's SHA-1 over `blob`, a space, the size, a zero byte and the bytes; hexadecimal."""
    if kind == "sha256":
        state = hashlib.sha256()
    else:
        state = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
    return state.hexdigest()


def state(weights: Weights, folder: Path) -> State:
    """Return whether `folder` has the published file, ready for use."""
    path = folder / weights.file
    if not path.is_file():
        return "missing"
    if digest(path, weights.hash_kind) != weights.digest:
        return "wrong hash"
    return "ok" if (folder / weights.usable).is_file() else "not converted"


def find(weights: Weights, folder: Path) -> Path:
    """Return the path of the ONNX model of `weights` in `folder`.

    Raises:
        InputError: it is missing, is not the published file, or is not converted yet; the hint is the command.
    """
    found = state(weights, folder)
    if found != "ok":
        file = weights.usable if found == "not converted" else weights.file
        hint = f"run: vaemo-extract weights get {weights.name} --weights-dir {folder}"
        raise InputError(found, code="changed" if found == "wrong hash" else "missing", file=folder / file, hint=hint)
    return folder / weights.usable
