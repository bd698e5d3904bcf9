"""Where emotion terms and labels lie in the valence-arousal plane: published means, and a term for each label.

Figures of Russell, J. A. & Mehrabian, A. (1977). Evidence for a three-factor theory of emotions. Journal of Research in
Personality, 11(3), 273-294, doi:10.1016/0092-6566(77)90037-X: means on [-1, 1], and standard deviations for the few
terms whose SDs we have. The 142 terms of `norms.csv` are those whose figures agree in two independent transcriptions of
the paper's table, or are in only one of them. Nine terms on which the transcriptions disagree are left out.

The choice of a term for each label is ours. `neutral` is the midpoint of both scales by definition.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from va_extractor.common.errors import InputError

TERMS: dict[str, str | None] = {
    "anger": "angry",
    "disgust": "disgusted",
    "fear": "fearful",
    "happiness": "happy",
    "neutral": None,
    "sadness": "sad",
    "surprise": "surprised",
    "affection": "affectionate",
    "annoyance": "mildly annoyed",
    "anticipation": "interested",
    "aversion": "disgusted",
    "confidence": "capable",
    "disapproval": "displeased",
    "disconnection": "detached",
    "disquietment": "troubled",
    "doubt/confusion": "skeptical",
    "embarrassment": "embarrassed",
    "engagement": "concentrating",
    "esteem": "admired",
    "excitement": "excited",
    "fatigue": "fatigued",
    "pain": "pain",
    "peace": "relaxed",
    "pleasure": "enjoyment",
    "sensitivity": "timid",
    "suffering": "distressed",
    "sympathy": "consoled",
    "yearning": "lonely",
}


def prototypes(labels: Sequence[str]) -> NDArray[np.float64]:
    """Return (k, 2) mean valence and arousal of each label's term, in [-1, 1].

    Raises:
        InputError: a label has no published term.
    """
    return np.array([_mean(label) for label in labels])


def spreads(labels: Sequence[str]) -> NDArray[np.float64]:
    """Return (k, 2) standard deviations of valence and arousal of each label's term.

    Where the SD is not published, it is the mean of the published ones: 0.28 for valence, 0.32 for arousal.

    Raises:
        InputError: a label has no published term.
    """
    published = [norm for norm in norms().values() if norm.valence_sd is not None and norm.arousal_sd is not None]
    valence = fmean(norm.valence_sd for norm in published if norm.valence_sd is not None)
    arousal = fmean(norm.arousal_sd for norm in published if norm.arousal_sd is not None)
    rows = []
    for label in labels:
        norm = norms().get(_term(label) or "")
        rows.append((norm.valence_sd or valence, norm.arousal_sd or arousal) if norm else (valence, arousal))
    return np.array(rows)


def _mean(label: str) -> tuple[float, float]:
    term = _term(label)
    if term is None:
        return 0.0, 0.0
    norm = norms()[term]
    return norm.valence, norm.arousal


def _term(label: str) -> str | None:
    name = label.casefold()
    if name in TERMS:
        return TERMS[name]
    if name in norms():
        return name
    hint = "add its term to va_extractor/emotions/prototypes.py"
    raise InputError("no published valence and arousal for this label", code="unsupported", found=label, hint=hint)


@dataclass(frozen=True)
class Norm:
    """One term's published means and standard deviations over raters, on [-1, 1]; an unpublished SD is None."""

    term: str
    valence: float
    arousal: float
    dominance: float
    valence_sd: float | None
    arousal_sd: float | None


@cache
def norms() -> dict[str, Norm]:
    """Return the 142 terms by name, in alphabetical order."""
    with files("va_extractor.emotions").joinpath("norms.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["term"]: Norm(
            row["term"],
            float(row["valence"]),
            float(row["arousal"]),
            float(row["dominance"]),
            float(row["valence_sd"]) if row["valence_sd"] else None,
            float(row["arousal_sd"]) if row["arousal_sd"] else None,
        )
        for row in rows
    }
