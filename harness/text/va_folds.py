"""Folds of emotion words, so that a text can be read by a reader that was trained on none of its emotion words."""

from __future__ import annotations

import re
from functools import cache
from zlib import crc32

from harness.text.emotion_words import known_words
from va_extractor.emotions.prototypes import norms

FOLDS = 3
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_PREFIX = re.compile(r"^(?:un|dis)(?=[a-z]{3})")
_STEM = 3  # letters: "sad" and "sadness", "angry" and "anger"


def fold_of(term: str) -> int:
    """Return the fold of an emotion word, in range(FOLDS).

    Words that begin with the same three letters, "un" and "dis" aside, are in one fold: so a word's forms stay
    together. A term of several words has the fold of its longest word; where `folds_in` finds several, no member of the
    reader is without all of it.
    """
    longest = max(_WORD.findall(term.lower()), key=len)
    return crc32(_PREFIX.sub("", longest)[:_STEM].encode()) % FOLDS


def folds_in(text: str) -> frozenset[int]:
    """Return the folds of the known emotion words in a text, negated ones too."""
    return frozenset(fold_of(word) for word in _WORD.findall(text.lower()) if word in lexicon())


@cache
def lexicon() -> frozenset[str]:
    """Return all words of the norms and of the table of emotion terms, the longest word of a term of several."""
    listed = known_words() | frozenset(norms())
    return frozenset(max(_WORD.findall(term.replace("_", " ")), key=len) for term in listed)
