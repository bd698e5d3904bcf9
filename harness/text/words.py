"""Split a text into words, and mark those in the scope of a negation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

_TOKEN = re.compile(r"[a-z]+(?:['’-][a-z]+)*|[.,;:!?()]")
_BOUNDARY = frozenset(".,;:!?()") | {"but", "although", "though", "yet", "however", "because", "while"}
_NEGATORS = frozenset(
    ["not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "hardly", "barely", "scarcely"]
) | {"cannot", "lack", "lacks", "lacking"}
_TWO_WORD_NEGATORS = frozenset(
    {("far", "from"), ("anything", "but"), ("rather", "than"), ("instead", "of"), ("free", "of"), ("free", "from")}
    | {("absence", "of"), ("devoid", "of"), ("void", "of"), ("bereft", "of"), ("empty", "of")}
    | {("absent", "is"), ("absent", "are"), ("missing", "is"), ("missing", "are")}
)
_NOT_NEGATING = frozenset(
    {("not", "only"), ("not", "just"), ("not", "merely"), ("no", "doubt"), ("nothing", "but"), ("not", "without")}
    | {("cannot", "help"), ("not", "help")}
)
_ABSENT = frozenset(["absent", "missing", "lacking", "nowhere"])
_ENDS_ABSENCE = _BOUNDARY | {"", "and", "or", "here", "in", "from", "to"}  # after which "missing" has no object
_SINGULAR = frozenset(["is", "was", "seems", "appears", "remains"])
_PLURAL = frozenset(["are", "were", "seem", "appear", "remain"])
_BEFORE_A_SUBJECT = _BOUNDARY | _SINGULAR | _PLURAL | {"that", "which", "who", "with", "feels", "feel", "says"}
SCOPE = 5  # tokens after the negator, as in NegEx: Chapman et al. (2001), J. Biomedical Informatics 34(5), 301-310


@dataclass(frozen=True)
class Word:
    """A lower-case word, and whether it is negated."""

    text: str
    negated: bool


@lru_cache(maxsize=20_000)  # several measures read the same texts
def words(text: str) -> tuple[Word, ...]:
    """Return the text's words in order, each with whether it is negated.

    A negator covers the next SCOPE words of its clause, as in NegEx (Chapman et al. 2001). A clause ends at a
    punctuation mark or at a word such as "but". "Not only", "isn't just" and "nothing but" negate nothing. "Is absent"
    and "are missing" negate their subject, which is before them.
    """
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    absent = _subjects_of_absence(tokens)
    out: list[Word] = []
    left = skip = 0
    for place, (token, following) in enumerate(zip_longest(tokens, tokens[1:], fillvalue="")):
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
            out.append(Word(token, place in absent or (left > 0 and token not in _NEGATORS)))
            left = max(0, left - 1)
    return tuple(out)


def _subjects_of_absence(tokens: list[str]) -> set[int]:
    """Return the positions of the tokens that are said to be absent: at most SCOPE before the verb, in its clause.

    A singular verb covers what follows the last "and"; a plural verb covers all.
    """
    found: set[int] = set()
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token not in _ABSENT or following not in _ENDS_ABSENCE:
            continue
        verb = place - 1
        while verb > 0 and tokens[verb].endswith("ly"):  # adverbs
            verb -= 1
        if verb < 1 or tokens[verb] not in _SINGULAR | _PLURAL:
            continue
        ends = _BEFORE_A_SUBJECT | ({"and"} if tokens[verb] in _SINGULAR else set())
        for before in range(verb - 1, max(-1, verb - 1 - SCOPE), -1):
            if tokens[before] in ends:
                break
            found.add(before)
    return found
