"""Find the labels that a text names: whole words, whatever their case, punctuation and markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from harness.text.synonyms import SYNONYMS

_CLAUSE_END = re.compile(r"[.;:!?\n]+")
_LONGEST = 200  # characters of a label with its decoration
_MARK = re.compile("\ue000([0-9]+)\ue001")
_LABEL = "\ue000[0-9]+\ue001"
_DENIED = re.compile(
    r"\b(?:not|no|nor|neither|never|cannot|isn|unlike|excluding|excludes?|except|without|rules? out|ruling out"
    r"|ruled out|rather than|instead of|as opposed to|more than|\w+n t)"
    r"(?: (?:a|an|any|be|call|feel|feeling|it|like|of|only|quite|really|say|show|showing|signs?|so|the|to|too|very))*"
    rf" (?P<labels>{_LABEL}(?:(?: or| nor| and)* {_LABEL})*)"
)


@dataclass(frozen=True)
class Named:
    """Labels in the order of their mention: all of them, and those that the text denies ("not fear")."""

    all: tuple[str, ...]
    denied: frozenset[str]

    @property
    def left(self) -> frozenset[str]:
        """The labels that are not denied."""
        return frozenset(self.all) - self.denied


def plain(text: str) -> str:
    """Fold case, and replace everything but letters and digits by single spaces."""
    return " ".join(re.sub(r"[^\w]|_", " ", text.casefold()).split())


def label_of(text: str, choices: tuple[str, ...]) -> str | None:
    """Return the label of `choices` that is the whole text, under any of its names, or None."""
    if len(text) > _LONGEST and len(text.strip()) > _LONGEST:
        return None
    return _names(choices).get(plain(text))


def named(text: str, choices: tuple[str, ...]) -> Named:
    """Find the labels of `choices` in a text.

    "Not" and words like it deny the labels that follow, up to the first other word: "not fear or anger".
    """
    known, places = _names(choices), {choice: place for place, choice in enumerate(choices)}
    clauses = "\ue002".join(map(plain, _CLAUSE_END.split(text)))
    marked = _pattern(choices).sub(lambda found: f"\ue000{places[known[found[0]]]}\ue001", clauses)
    denied = {choices[int(place)] for found in _DENIED.finditer(marked) for place in _MARK.findall(found["labels"])}
    return Named(tuple(choices[int(place)] for place in _MARK.findall(marked)), frozenset(denied))


def leading(text: str, choices: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the label that a text begins with, apart from decoration, and what follows it; None if there is none."""
    found = _at_start(choices).match(text)
    return (_names(choices)[plain(found[1])], text[found.end() :]) if found else None


@lru_cache(maxsize=4096)
def _names(choices: tuple[str, ...]) -> dict[str, str]:
    """Map every plain name to its label: the label itself, its halves (`Doubt/Confusion`) and its synonyms."""
    names = {plain(choice): choice for choice in choices}
    for choice in choices:
        for other in (*choice.split("/"), *SYNONYMS.get(choice.casefold(), ())):
            names.setdefault(plain(other), choice)
    return names


@lru_cache(maxsize=4096)
def _pattern(choices: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(_names(choices), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")


@lru_cache(maxsize=4096)
def _at_start(choices: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(_names(choices), key=len, reverse=True)
    spaced = (r"[\W_]{1,4}".join(map(re.escape, name.split())) for name in longest_first)
    return re.compile(rf"[\W_]{{0,20}}({'|'.join(spaced)})(?![^\W_])", re.IGNORECASE)
