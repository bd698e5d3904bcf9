"""The kinds of question."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a task asks of the model.

    Attributes:
        SINGLE_LABEL: one label of a fixed set; exactly one is true.
        CHOICE: one of a few options that differ by item; exactly one is true.
        MULTI_LABEL: a set of labels; several may be true.
        RANKING: a log-likelihood for each label; several may be true.
        DESCRIPTION: a text.
        CONFIDENCE: one label of a fixed set, and how sure the model is of it.
        CONFLICT: one label, beside a sentence that may speak for another one.
        DISTRIBUTION: a probability for every label of a fixed set.
        COORDINATES: valence and arousal, as two numbers.
        WORDS: emotion words of the model's own choice.
        CHANGE: two sentences: how a state is at first, and in the end.
    """

    SINGLE_LABEL = "single_label"
    CHOICE = "choice"
    MULTI_LABEL = "multi_label"
    RANKING = "ranking"
    DESCRIPTION = "description"
    CONFIDENCE = "confidence"
    CONFLICT = "conflict"
    DISTRIBUTION = "distribution"
    COORDINATES = "coordinates"
    WORDS = "words"
    CHANGE = "change"


FREE = frozenset({Kind.DESCRIPTION, Kind.COORDINATES, Kind.WORDS, Kind.CHANGE})
"""Kinds that offer no choices."""

MEASURED = frozenset({Kind.DESCRIPTION, Kind.CHANGE})
"""Kinds whose answers are texts that instruments measure (`harness.kinds.measures`)."""


def needs(kind: Kind) -> str | None:
    """Return the key of `metadata` that names what a kind offers: `labels`, `options`, or None where it offers none."""
    if kind in FREE:
        return None
    return "options" if kind is Kind.CHOICE else "labels"
