"""Find claims that valence and arousal cannot support: age, sex, scene, objects, named people, gestures.

Two numbers say how pleasant and how activated a state is. A man, a park or a raised arm is made up. The word list is
our own (`unsupported.yaml`). Facial signs of the emotion (a smile, a frown, tears) are not counted, since they describe
it. Comparisons ("as if", "like a") and negated words are not claims.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray

from harness.text.words import words

NAMED = "named"
_NO_NAME = "no_name"
KINDS = ("age", "sex", "scene", "object", NAMED, "gesture")

# From a comparison to the end of its clause. "looks like a ..." is a claim.
_COMPARISON = re.compile(r"(?:\bas (?:if|though)\b|(?<!look )(?<!looks )(?<!looking )\blike (?:an?|the)\b)[^.,;:!?]*")
# A wave of feeling, not of a hand.
_SURGE = re.compile(
    r"\bwaves? of\b|\bin waves\b|\bwaves (?:wash|crash|roll|break|sweep|come|surge|rise)", re.IGNORECASE
)
_CAPITALISED = re.compile(r"(?<![.!?:\"“] )(?<!^)\b[A-Z][a-z]+\b")
_OPENING = re.compile(r"(?:^|[.!?] )([A-Z][a-z]+) (?:and [A-Z][a-z]+|[A-Z][a-z]+|is|was|looks|seems|feels|appears)\b")


@cache
def _lexicon() -> dict[str, frozenset[str]]:
    """Return the lower-case words of each kind, and the capitalised words that are no names (`no_name`)."""
    raw = yaml.safe_load(files("harness.text").joinpath("unsupported.yaml").read_text(encoding="utf-8"))
    return {kind: frozenset(listed.split()) for kind, listed in raw.items()}


def _names_someone(text: str) -> bool:
    """Return whether a capitalised word is inside a sentence, or opens one where only a name can."""
    return bool({*_CAPITALISED.findall(text), *_OPENING.findall(text)} - _lexicon()[_NO_NAME])


def claims(text: str) -> frozenset[str]:
    """Return the kinds of unsupported claim (of KINDS) that the text makes."""
    said = {word.text for word in words(_SURGE.sub(" ", _COMPARISON.sub(" ", text))) if not word.negated}
    kinds = {kind for kind, listed in _lexicon().items() if said & listed}
    return frozenset(kinds | {NAMED} if _names_someone(text) else kinds)


def claim_rates(texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Return, for "any" and each of KINDS, 1 for each text that makes such a claim and 0 otherwise, shape (n,)."""
    found = [claims(text) for text in texts]
    rates = {kind: np.array([float(kind in kinds) for kinds in found]) for kind in KINDS}
    return {"any": np.array([float(bool(kinds)) for kinds in found]), **rates}
