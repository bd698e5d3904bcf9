"""Keeping ceilings beside the features they were computed from."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from harness.docs import Question
from harness.features import SHIPPED, load
from harness.metrics.outcome import Floats

VERSION = 1
"""Raised whenever a predictor changes, so that what an older one computed is not read."""


def folder(features: str) -> Path:
    """Return where ceilings of `features` are kept: beside local features that can be written to, else in the cache."""
    local = Path(features).expanduser()
    if features != SHIPPED and local.exists():
        beside = local if local.is_dir() else local.parent
        if os.access(beside, os.W_OK):
            return beside / ".vaemo"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vaemo-eval"


def read(question: Question, key: str) -> dict[str, Floats] | None:
    """Return what was kept for these features under `key`; None where nothing was, or it cannot be read any more."""
    path = _path(question, key)
    try:
        with np.load(path, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, BadZipFile):
        return None


def write(question: Question, key: str, scores: dict[str, Floats]) -> None:
    """Keep (n, k) scores by name, whole or not at all; where the folder cannot be written they are computed again."""
    path = _path(question, key)
    partial = path.with_suffix(f".{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(partial, **scores)  # type: ignore[arg-type]
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)


def _path(question: Question, key: str) -> Path:
    import sklearn

    hashes = load(question.features, question.source).hashes
    decides = json.dumps([VERSION, sklearn.__version__, key, hashes], sort_keys=True)
    return folder(question.features) / f"ceilings-{hashlib.sha256(decides.encode()).hexdigest()[:20]}.npz"
