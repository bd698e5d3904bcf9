"""The category labels of the known sources, in their own order and spelling."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from va_extractor.common.errors import InputError

BASIC = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""Ekman's six basic emotions and neutral, as IIMI has them."""

EMOTIC = (
    "Affection",
    "Anger",
    "Annoyance",
    "Anticipation",
    "Aversion",
    "Confidence",
    "Disapproval",
    "Disconnection",
    "Disquietment",
    "Doubt/Confusion",
    "Embarrassment",
    "Engagement",
    "Esteem",
    "Excitement",
    "Fatigue",
    "Fear",
    "Happiness",
    "Pain",
    "Peace",
    "Pleasure",
    "Sadness",
    "Sensitivity",
    "Suffering",
    "Surprise",
    "Sympathy",
    "Yearning",
)
"""The 26 categories of EMOTIC: Kosti et al. (2020), IEEE TPAMI 42(11), doi:10.1109/TPAMI.2019.2916866."""


def known_label(name: str, known: Sequence[str], where: str) -> str:
    """Return the label of `known` that `name` spells, whatever its case and surrounding blanks.

    Raises:
        InputError: no label is spelt so; the message begins with `where` and names the nearest one.
    """
    by_folded = {label.casefold(): label for label in known}
    folded = name.strip().casefold()
    if folded in by_folded:
        return by_folded[folded]
    closest = by_folded[nearest(folded, by_folded)]
    raise InputError(f"{where}: unknown label {name!r}; the nearest known one is {closest!r}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the entry of `known` (at least one) that is spelt most like `name`."""
    return difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
