"""Everything that is measured of one description: how near its references, which affect it tells of, how it is written.

A refused or empty description is wrong, not missing: it scores 0 in every measure of quality and is read as neutral.
Measures of style and of unsupported claims have no value there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from harness.kinds.change import ENDS, ends_given
from harness.metrics.algebra import mean_where
from harness.metrics.direction import large_enough
from harness.metrics.outcome import Changed
from harness.record import EmbedderRecord, Item
from harness.record.kinds import Kind
from harness.stats.arrays import Floats
from harness.text import style
from harness.text.emotion_words import wheel_f1
from harness.text.similarity import Embed, similarities
from harness.text.unsupported import claim_rates
from harness.text.va_readback import Reader, fingerprint, same_quadrant, same_quadrant_by_chance

if TYPE_CHECKING:
    from harness.record import ItemScores

STATIC = "_static"
Part = Literal["near", "static", "read", "written"]
PARTS: frozenset[Part] = frozenset(get_args(Part))
_DIGITS = 6


@dataclass(frozen=True)
class Instruments:
    """What descriptions are measured with.

    Attributes:
        embed: maps texts to unit vectors, by contextual embeddings.
        embed_static: the same by static word vectors: a second embedder, of another kind.
        read: maps texts to (n, 2) valence and arousal in [-1, 1].
        read_sd: (2,) the reader's error in valence and arousal.
        record: which embedder and reader these are.
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
        given: as `--embedder`; the reader is made for all-MiniLM-L6-v2 and uses it whatever is given.

    Raises:
        InputError: an embedder is missing or not the one meant.
    """
    from harness.text.embedder import embedder, sentence_model
    from harness.text.static_embedder import StaticEmbedder

    embed = embedder(given)
    static = StaticEmbedder()
    reader = Reader(sentence_model(embedder()))
    record = embed.record.model_copy(update={"reader_sha256": fingerprint()})
    return Instruments(embed, static, _Remembering(reader), reader.residual_sd, record)


def description_scores(
    items: Sequence[Item], texts: Sequence[str | None], by: Instruments, parts: frozenset[Part] = PARTS
) -> list[ItemScores]:
    """Measure n descriptions.

    Args:
        items: n items with references.
        texts: n descriptions; None where there is none to score.
        by: the instruments.
        parts: what to measure: how near references are under either embedder, what is read back, how it is written.

    Returns:
        For each item its scores by name, None where it has no value; rounded to six decimals.
    """
    nothing: list[dict[str, float | None]] = [{} for _ in items]
    near = similarities(items, texts, by.embed) if "near" in parts else nothing
    static = similarities(items, texts, by.embed_static) if "static" in parts else nothing
    columns = _read(items, texts, by) if "read" in parts else {}
    columns |= _written(items, texts) if "written" in parts else {}
    return [
        {
            **near[row],
            **{name + STATIC: score for name, score in static[row].items()},
            **{name: _rounded(column[row]) for name, column in columns.items()},
        }
        for row in range(len(items))
    ]


def change_scores(
    items: Sequence[Item], texts: Sequence[str | None], by: Instruments, parts: frozenset[Part] = PARTS
) -> list[ItemScores]:
    """Measure n descriptions of a change, a line on the beginning and one on the end; else as `description_scores`.

    `right_direction` is the mean of `valence_direction` and `arousal_direction` over those that have a value: where the
    given change is too small to be told they have none.
    """
    columns = _changed(items, texts, by) if "read" in parts else {}
    columns |= _styled(texts) if "written" in parts else {}
    return [{name: _rounded(column[row]) for name, column in columns.items()} for row in range(len(items))]


_MEASURES = {Kind.DESCRIPTION: description_scores, Kind.CHANGE: change_scores}


def measured(
    kind: Kind, items: Sequence[Item], texts: Sequence[str | None], by: Instruments, parts: frozenset[Part] = PARTS
) -> list[ItemScores]:
    """Measure n texts of a kind of `harness.record.kinds.MEASURED`, as its own function does."""
    return _MEASURES[kind](items, texts, by, parts)


def _changed(items: Sequence[Item], texts: Sequence[str | None], by: Instruments) -> dict[str, Floats]:
    """Read valence and arousal back at both ends, and compare their change with the given one."""
    answered = np.array([text is not None for text in texts])
    lines = [line for text in texts for line in (text or "\n").split("\n")]
    read = np.where(np.repeat(answered, 2)[:, None], by.read(lines), 0.0).round(_DIGITS).reshape(-1, 2, 2)
    given = np.array([ends_given(item) for item in items], dtype=np.float64)
    told = large_enough(given[:, 1] - given[:, 0], by.read_sd)
    right = Changed({}, given, read, told, answered).right
    return {
        "right_direction": mean_where(np.nan_to_num(right), told),
        "valence_direction": right[:, 0],
        "arousal_direction": right[:, 1],
        **dict(zip(ENDS, read.reshape(-1, 4).T, strict=True)),
    }


def _read(items: Sequence[Item], texts: Sequence[str | None], by: Instruments) -> dict[str, Floats]:
    """Read valence and arousal back, and compare them with what was given."""
    given = np.array([(item.valence, item.arousal) for item in items], dtype=np.float64)
    answered = np.array([text is not None for text in texts])
    read = np.where(answered[:, None], by.read([text or "" for text in texts]), 0.0)
    agreed = same_quadrant(read, given, by.read_sd)
    floor = same_quadrant_by_chance(read, given, by.read_sd, [item.cluster_id for item in items])
    return {
        "read_valence": read[:, 0],
        "read_arousal": read[:, 1],
        "same_quadrant": np.where(answered, agreed, 0.0),
        "same_quadrant_shuffled": np.where(answered, floor, 0.0),
    }


def _written(items: Sequence[Item], texts: Sequence[str | None]) -> dict[str, Floats]:
    """Measure words and style."""
    labels = [item.labels for item in items]
    all_texts = [text or "" for text in texts]
    return {
        "wheel_f1": wheel_f1(all_texts, labels, level=1),
        "wheel_f1_fine": wheel_f1(all_texts, labels, level=2),
        **_styled(texts),
    }


def _styled(texts: Sequence[str | None]) -> dict[str, Floats]:
    """Measure claims and style, where there is a text."""
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


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), _DIGITS)


class _Remembering:
    """Reads each distinct text once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        new = sorted(set(texts) - self._known.keys())
        self._known.update(zip(new, self._reader(new), strict=True))
        return np.stack([self._known[text] for text in texts])
