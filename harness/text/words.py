"""Words of a text, and which of them a negation covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

_TOKEN = re.compile(r"[a-z]+(?:['’-][a-z]+)*|[.,;:!?()]")
_BOUNDARY = frozenset(".,;:!?()") | {"but", "although", "though", "yet", "however", "because", "while"}
_NEGATORS = frozenset(
    ["not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "hardly", "barely", "scarcely"]
) | {"cannot", "lack", "lacks", "lacking"}
_TWO_WORD_NEGATORS = frozenset(
    {("far", "from"), ("anything", "but"), ("rather", "than"), ("instead", "of"), ("free", "of"), ("free", "from")}
    | {("absence", "of"), ("devoid", "of")}
)
_NOT_NEGATING = frozenset(
    {("not", "only"), ("not", "just"), ("not", "merely"), ("no", "doubt"), ("nothing", "but"), ("not", "without")}
    | {("cannot", "help"), ("not", "help")}
)
SCOPE = 5  # tokens after the negator, as in NegEx: Chapman et al. (2001), J. Biomedical Informatics 34(5), 301-310


@dataclass(frozen=True)
class Word:
    """A lower-case word and whether a negation earlier in its clause covers it."""

    text: str
    negated: bool


def words(text: str) -> list[Word]:
    """Return the text's words in order, each with whether it stands in the scope of a negation.

    A negator covers the next SCOPE words of its clause, as in NegEx (Chapman et al. 2001); a clause ends at a
    punctuation mark or at a word such as "but". "Not only", "isn't just" and "nothing but" deny nothing.
    """
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    out: list[Word] = []
    left = skip = 0
    for token, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        if skip:  # the second word of a pair such as "far from", already used
            skip -= 1
        elif ("not" if token.endswith("n't") else token, following) in _NOT_NEGATING:
            left, skip = 0, 1
        elif (token, following) in _TWO_WORD_NEGATORS:
            left, skip = SCOPE + 1, 1
        elif token in _BOUNDARY:
            left = 0
        elif token in _NEGATORS or token.endswith("n't"):
            left = SCOPE + 1
        if token[0].isalpha():
            out.append(Word(token, left > 0 and token not in _NEGATORS))
            left = max(0, left - 1)
    return out
