"""Reading a model's text: which label or labels it names, or what it describes.

Labels are found whatever their case, punctuation and markdown, anywhere in the text; a text that names two labels where
one was asked is unparsed, not guessed. Reasoning between `<think>` and `</think>` is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from harness.synonyms import SYNONYMS
from leaderboard.schema import Parsed

_THINK = re.compile(r"<think>.*?</think>", re.DOTALL | re.IGNORECASE)
_OPEN_THINK = re.compile(r"<think>.*\Z", re.DOTALL | re.IGNORECASE)
_CLOSE_THINK = re.compile(r"\A.*</think>", re.DOTALL | re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(i(’|')?m|i am|we(’|')?re|we are) (very |really |so )?(sorry|unable|not able|afraid)\b"
    r"|\bi (cannot|can not|can(’|')?t|won(’|')?t|will not|do not feel able to|must decline)\b"
    r"|\bas an ai\b|\bunable to (help|assist|comply|provide|determine|identify|describe)\b"
    r"|\b(it is|it(’|')?s) (impossible|not possible|not appropriate)\b",
    re.IGNORECASE,
)
_REFUSAL_WITHIN = 200
_BRACKETS = re.compile(r"\[([^\[\]]*)\]", re.DOTALL)
_ELEMENT = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'(?=\s*(?:,|\Z))|([^,]+)", re.DOTALL)
_SEPARATOR = re.compile(r"[,;\n]|\band\b")
_LEAD = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


def visible(text: str) -> str:
    """Return `text` without reasoning and surrounding space; reasoning that was cut off leaves nothing behind it."""
    text = _THINK.sub("", text)
    text = _CLOSE_THINK.sub("", text)
    return _OPEN_THINK.sub("", text).strip()


def parse_label(text: str, choices: Sequence[str]) -> Parsed:
    """Read the one label of `choices` that `text` names.

    Args:
        text: a model's whole answer.
        choices: the labels offered.

    Returns:
        Status `ok` with one label where the text names exactly one, or where its first line is one and nothing else;
        else `empty` (no text at all), `refused` or `unparsed`.
    """
    seen = visible(text)
    named = _named(seen, tuple(choices))
    first = _only(seen.splitlines()[0], tuple(choices)) if seen else None
    if first is not None:
        return Parsed(status="ok", labels=(first,))
    if len(named) == 1:
        return Parsed(status="ok", labels=tuple(named))
    return _unread(text, refusable=not named)


def parse_labels(text: str, choices: Sequence[str]) -> Parsed:
    """Read the set of labels of `choices` that `text` lists.

    A JSON list is read wherever it stands (code fence, trailing prose, single quotes or none); of several the last that
    names a label counts. A plain list (commas, semicolons, bullets or lines) is read where it holds nothing else.
    Elements that are no label are dropped; a list of only such is unparsed, an empty list is the empty set.

    Args:
        text: a model's whole answer.
        choices: the labels offered.

    Returns:
        Status `ok` with the labels in the order of `choices`, else `empty`, `refused` or `unparsed`.
    """
    seen = visible(text)
    offered = tuple(choices)
    lists = [_elements(body) for body in _BRACKETS.findall(seen)]
    known = [found for elements in lists if (found := _known(elements, offered))]
    if known:
        return _ordered(known[-1], offered)
    if any(not elements for elements in lists):
        return Parsed(status="ok")
    plain = [part for line in seen.splitlines() for part in _SEPARATOR.split(_LEAD.sub("", line)) if part.strip()]
    found = _known(plain, offered)
    if found and len(_known_each(plain, offered)) == len(plain):
        return _ordered(found, offered)
    return _unread(text, refusable=not found)


def parse_description(text: str) -> Parsed:
    """Read a description: the text without reasoning, or `empty` or `refused`."""
    seen = visible(text)
    if not seen or _refuses(seen):
        return _unread(text, refusable=True)
    return Parsed(status="ok", text=seen)


def _unread(text: str, *, refusable: bool) -> Parsed:
    if not text.strip():
        return Parsed(status="empty")
    if refusable and _refuses(visible(text)):
        return Parsed(status="refused")
    return Parsed(status="unparsed")


def _refuses(seen: str) -> bool:
    return _REFUSAL.search(seen[:_REFUSAL_WITHIN]) is not None


def _plain(text: str) -> str:
    """Fold case, and turn everything that is no letter or digit into single spaces."""
    return " ".join(re.sub(r"[^\w]|_", " ", text.casefold()).split())


@cache
def _names(choices: tuple[str, ...]) -> dict[str, str]:
    """Map every plain name, a label's own before its synonyms, to its label."""
    names = {_plain(choice): choice for choice in choices}
    for choice in choices:
        for synonym in SYNONYMS.get(choice.casefold(), ()):
            names.setdefault(synonym, choice)
    return names


@cache
def _pattern(choices: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(_names(choices), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")


def _named(text: str, choices: tuple[str, ...]) -> set[str]:
    names = _names(choices)
    return {names[match] for match in _pattern(choices).findall(_plain(text))}


def _only(text: str, choices: tuple[str, ...]) -> str | None:
    return _names(choices).get(_plain(text))


def _elements(body: str) -> list[str]:
    parts = ["".join(match) for match in _ELEMENT.findall(body)]
    return [part for part in parts if part.strip()]


def _known_each(parts: Iterable[str], choices: tuple[str, ...]) -> list[str]:
    return [label for part in parts if (label := _only(part, choices)) is not None]


def _known(parts: Iterable[str], choices: tuple[str, ...]) -> set[str]:
    return set(_known_each(parts, choices))


def _ordered(found: set[str], choices: tuple[str, ...]) -> Parsed:
    return Parsed(status="ok", labels=tuple(choice for choice in choices if choice in found))
