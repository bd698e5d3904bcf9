"""Tell whether a text is English, the only language that the reader of valence and arousal was trained on.

The language is found by py3langid (Lui & Baldwin 2012, langid.py, ACL system demonstrations, 25-30). It needs a few
words of running text, so lists of known emotion words and texts of one or two words count as English.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from harness.record import Parsed
from harness.text.va_folds import lexicon

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

NOT_ENGLISH = Parsed(status="unparsed", reason="not English")
"""What a description is taken as that the reader cannot read."""
LEAST_WORDS = 3
LEAST_PROBABILITY = 0.04  # of English: short English texts rarely fall below it, other languages lie below 0.02
LEAST_KNOWN = 0.5  # share of emotion words that makes a list English
# Widely written languages: against all 140 that the library knows, short English texts are taken for rare ones.
_LANGUAGES = (
    "af ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk"
    " kn ko lt lv mk ml mr ms ne nl no pa pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur vi zh"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def is_english(text: str) -> bool:
    """Return whether a text can be read as English; one without words can."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    if 2 * latin < len(letters):
        return False
    words = _WORD.findall(text.lower())
    if len(words) < LEAST_WORDS or sum(word in lexicon() for word in words) >= LEAST_KNOWN * len(words):
        return True
    probability: float = dict(_identifier().rank(" ".join(words)))["en"]
    return probability >= LEAST_PROBABILITY


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES.split())
    return identifier
