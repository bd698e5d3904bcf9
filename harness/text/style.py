"""Measure how descriptions are written: length, repetition, sameness, and repeated prompt numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from harness.text.words import words

SHINGLE = 3
NEAR = 0.8  # Jaccard of word shingles from which two texts count as nearly identical
_BLOCK = 1024

_ECHO = re.compile(r"\b(?:valence|arousal)\b|(?<![\w.])[01]?\.\d", re.IGNORECASE)


def length(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the number of words in each text, shape (n,)."""
    return np.array([float(len(words(text))) for text in texts])


def repetition(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the share of each text's word pairs that it has used before, shape (n,), in [0, 1].

    One minus distinct-2 (Li et al. 2016, arXiv:1510.03055, section 5); NaN for a text of fewer than two words.
    """
    out = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        tokens = [word.text for word in words(text)]
        pairs = list(pairwise(tokens))
        if pairs:
            out[i] = 1.0 - len(set(pairs)) / len(pairs)
    return out


def echo(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return 1 for each text that names valence, arousal or a decimal figure, else 0, shape (n,).

    Such a text hands the question back instead of describing an emotion; a read-back from it proves nothing.
    """
    return np.array([float(bool(_ECHO.search(text))) for text in texts])


def _normal(text: str) -> str:
    return " ".join(word.text for word in words(text))


def nearly_identical(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return 1 for each text that shares at least NEAR of its word shingles with another one, else 0, shape (n,).

    Resemblance is the Jaccard coefficient of the sets of runs of SHINGLE words (Broder 1997, On the resemblance and
    containment of documents); a shorter text is one shingle. Identical texts are nearly identical too.
    """
    from scipy.sparse import csr_array

    index: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        tokens = _normal(text).split(" ")
        shingles = {" ".join(tokens[i : i + SHINGLE]) for i in range(max(1, len(tokens) - SHINGLE + 1))}
        columns.extend(index.setdefault(shingle, len(index)) for shingle in shingles)
        ends.append(len(columns))
    matrix = csr_array((np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(texts), max(1, len(index))))
    sizes = np.diff(ends)
    out = np.zeros(len(texts))
    for start in range(0, len(texts), _BLOCK):
        both = (matrix[start : start + _BLOCK] @ matrix.T).tocoo()
        row, column = both.coords[0] + start, both.coords[1]
        near = (row != column) & (both.data >= NEAR * (sizes[row] + sizes[column] - both.data))
        out[row[near]] = 1.0
    return out
