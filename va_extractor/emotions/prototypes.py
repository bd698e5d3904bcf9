"""Where labels lie in the valence-arousal plane: a published term for each label.

Means and standard deviations are Russell & Mehrabian's (1977; see `norms`). The choice of a term for each label is
ours. `neutral` is the midpoint of both scales by definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from va_extractor.common.errors import InputError
from va_extractor.emotions.norms import norms

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
