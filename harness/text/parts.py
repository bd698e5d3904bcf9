"""Split a description of a change into its two sentences: "At first ..." and "In the end ...".

A text with more, with less, or in another order gives a reason instead: half of it could be read for the other half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FIRST, LAST = "At first", "In the end"
_WORDS = rf"({FIRST.replace(' ', '[ ]')}|{LAST.replace(' ', '[ ]')})(?![^\W_])"
_NUMBER = re.compile(
    rf"(?:^|(?<=[.!?…]\s))[^\w\n]{{0,9}}\d{{1,3}}[.)]\s{{1,5}}(?=[^\w\n]{{0,9}}{_WORDS})", re.IGNORECASE | re.MULTILINE
)
_OPENING = re.compile(
    rf"(?:\A|(?<=[\n:.!?…])|(?<=[.!?…][\"'”’)*_]))[^\w\n]{{0,9}}_{{0,3}}{_WORDS}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…]{1,9}[\"'”’)*_]{0,9}\s|\n")
_DECORATION = " \t\n\r*_#`\"'“”‘’,;-–—>()"


@dataclass(frozen=True)
class Parts:
    """The sentences on the beginning and on the end, without their opening words."""

    first: str
    last: str


def parts(text: str) -> Parts | str:
    """Split a description of a change.

    Opening words, a line before them that ends in a colon, list numbers and markdown are removed. Each sentence begins
    with a capital letter.

    Args:
        text: without reasoning.

    Returns:
        Both parts, or the reason why there are not exactly two.
    """
    text = _NUMBER.sub("", text)
    found = list(_OPENING.finditer(text))
    names = [match[1].casefold() for match in found]
    for name in (FIRST, LAST):
        count = names.count(name.casefold())
        if count != 1:
            return f'{"no sentence begins" if count == 0 else f"{count} sentences begin"} with "{name}"'
    first, last = found
    if names[0] != FIRST.casefold():
        return f'"{LAST}" is before "{FIRST}"'
    before = text[: first.start(1)].strip(_DECORATION)
    if before and ("\n" in before or not before.endswith(":")):
        return f'something is before "{FIRST}"'
    said = [text[first.end() : last.start(1)], text[last.end() :]]
    sentences = [[one for one in _SENTENCE_END.split(part) if re.search(r"[^\W_]", one)] for part in said]
    for name, following in zip((FIRST, LAST), sentences, strict=True):
        if len(following) != 1:
            return f'{"more than one sentence follows" if following else "nothing follows"} "{name}"'
    return Parts(*(_sentence(part) for part in said))


def _sentence(part: str) -> str:
    bare = " ".join(part.strip(_DECORATION + ":").split())
    return bare[0].upper() + bare[1:]
