"""The category labels of IIMI and EMOTIC, in their own order and spelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from va_extractor.common.errors import InputError, Place, nearest

BASIC = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""Ekman's six basic emotions and neutral, as IIMI has them."""

EMOTIC = (
    *("Affection", "Anger", "Annoyance", "Anticipation", "Aversion", "Confidence", "Disapproval"),
    *("Disconnection", "Disquietment", "Doubt/Confusion", "Embarrassment", "Engagement", "Esteem", "Excitement"),
    *("Fatigue", "Fear", "Happiness", "Pain", "Peace", "Pleasure", "Sadness"),
    *("Sensitivity", "Suffering", "Surprise", "Sympathy", "Yearning"),
)
"""The 26 categories of EMOTIC: Kosti et al. (2020), IEEE TPAMI 42(11), doi:10.1109/TPAMI.2019.2916866."""


def known_label(name: str, known: Sequence[str], **place: Unpack[Place]) -> str:
    """Return the label of `known` that `name` spells, whatever its case and surrounding blanks.

    Args:
        name: what was written.
        known: labels, at least one.
        place: where it was written.

    Raises:
        InputError: no label is spelt so; the hint is the nearest one.
    """
    by_folded = {label.casefold(): label for label in known}
    folded = name.strip().casefold()
    if folded in by_folded:
        return by_folded[folded]
    raise InputError("unknown label", code="unknown", **place, found=name, hint=nearest(name, known))
