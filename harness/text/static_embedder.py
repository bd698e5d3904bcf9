"""Embed texts by the mean of static word-piece vectors: a second embedder, without a transformer.

WordLlama's `l2_supercat_256` (Lee Miller, MIT licence): 32,000 vectors of 256 numbers, taken from a large language
model's input embeddings and trained for similarity. They travel inside the Python package `wordllama`, so that this
embedder needs no network. Only the two data files are read, and their SHA-256 checked; the package's code is not run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from va_extractor.common.errors import InputError

PACKAGE = "wordllama"
VERSION = "0.4.0.post1"
WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
SHA256 = {
    WEIGHTS: "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
    TOKENIZER: "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
}


def installed_folder() -> Path:
    """Return the folder of the installed package.

    Raises:
        InputError: it is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise InputError(
            f"the second embedder needs the package {PACKAGE}", code="extra", hint=f"pip install {PACKAGE}=={VERSION}"
        )
    return Path(spec.origin).parent


class StaticEmbedder:
    """Map texts to unit vectors of 256 numbers; a text without a known word piece becomes zeros."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read the vectors and the tokenizer from the package's folder, by default the installed one's.

        Raises:
            InputError: the package or a file is missing, or a file has another hash.
        """
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        folder = installed_folder() if folder is None else folder
        data = {name: _checked(folder / name, digest) for name, digest in SHA256.items()}
        self._vectors = load(data[WEIGHTS])["embedding.weight"].astype(np.float32)
        self._tokenizer = Tokenizer.from_str(data[TOKENIZER].decode("utf-8"))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the mean vector of each text's word pieces, scaled to length 1, shape (n, 256)."""
        out = np.zeros((len(texts), self._vectors.shape[1]), dtype=np.float32)
        for i, encoding in enumerate(self._tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            if encoding.ids:
                mean = self._vectors[encoding.ids].mean(axis=0)
                out[i] = mean / np.linalg.norm(mean)
        return out


def _checked(path: Path, digest: str) -> bytes:
    if not path.is_file():
        raise InputError("no such file", code="missing", file=path, hint=f"pip install {PACKAGE}=={VERSION}")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise InputError(
            f"SHA-256 is not {digest}", code="changed", file=path, found=found, hint=f"pip install {PACKAGE}=={VERSION}"
        )
    return data
