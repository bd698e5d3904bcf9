"""Instruments that score texts, and scores of style.

A refused or empty text is wrong, not missing: it scores 0 in every measure of quality and counts as neutral. It has no
scores of style and unsupported claims.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np

from harness.record import EmbedderRecord, ItemScores
from harness.stats.arrays import Floats
from harness.text import style
from harness.text.similarity import Embed
from harness.text.unsupported import claim_rates
from harness.text.va_readback import Reader, fingerprint

Part = Literal["near", "static", "read", "written"]
PARTS: frozenset[Part] = frozenset(get_args(Part))
DIGITS = 6


@dataclass(frozen=True)
class Instruments:
    """Models that score texts.

    Attributes:
        embed: maps texts to unit vectors, by contextual embeddings.
        embed_static: maps texts to unit vectors, by static word vectors.
        read: maps texts to (n, 2) valence and arousal in [-1, 1].
        read_sd: (2,) the reader's error in valence and arousal.
        record: embedder and reader, for the run record.
    """

    embed: Embed
    embed_static: Embed
    read: Callable[[Sequence[str]], Floats]
    read_sd: Floats
    record: EmbedderRecord


@cache
def instruments(given: str | None = None) -> Instruments:
    """Load the instruments.

    Args:
        given: as `--embedder`; the reader always uses all-MiniLM-L6-v2.

    Raises:
        InputError: an embedder is missing or differs from the pinned one.
    """
    from harness.text.embedder import embedder, sentence_model
    from harness.text.static_embedder import StaticEmbedder

    embed = embedder(given)
    static = StaticEmbedder()
    reader = Reader(sentence_model(embedder()))
    record = embed.record.model_copy(update={"reader_sha256": fingerprint()})
    return Instruments(embed, static, _Remembering(reader), reader.residual_sd, record)


def styled(texts: Sequence[str | None]) -> dict[str, Floats]:
    """Score claims and style of n texts; NaN without a text."""
    answered = [row for row, text in enumerate(texts) if text is not None]
    said = [text for text in texts if text is not None]
    return {
        "unsupported": _spread(claim_rates(said)["any"], answered, len(texts)),
        "words": _spread(style.length(said), answered, len(texts)),
        "repetition": _spread(style.repetition(said), answered, len(texts)),
        "near_duplicate": _spread(style.nearly_identical(said), answered, len(texts)),
        "echo": _spread(style.echo(said), answered, len(texts)),
    }


def _spread(values: Floats, rows: Sequence[int], n: int) -> Floats:
    spread = np.full(n, np.nan)
    spread[list(rows)] = values
    return spread


def rows(columns: dict[str, Floats], n: int) -> list[ItemScores]:
    """Turn (n,) columns into n rows, rounded to `DIGITS`; NaN becomes None."""
    return [{name: _rounded(values[row]) for name, values in columns.items()} for row in range(n)]


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), DIGITS)


class _Remembering:
    """Read each distinct text once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        new = sorted(set(texts) - self._known.keys())
        self._known.update(zip(new, self._reader(new), strict=True))
        return np.stack([self._known[text] for text in texts])
