"""Read labels or a description from a model's text.

Labels are found anywhere in the text, whatever their case, punctuation and markdown. A text that names two labels where
one was asked for is unparsed, not guessed. Reasoning between `<think>` and `</think>` is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from harness.record import Parsed
from harness.text.synonyms import SYNONYMS

_THINK_TAG = re.compile(r"<(/?)think>", re.IGNORECASE)
_TASK_VERB = (
    r"(\w+ly )?(answer|assist|choose|comply|describe|determine|guess|identify|infer|judge|list|name|offer|pick|provide"
    r"|respond|say|select|speculate|tell|help(?! but)|do (that|this)(?=\W*\Z|\.))\b"
)
_REFUSAL = re.compile(
    r"\A\W*(i'?m|i am|we'?re|we are) (very |really |so )?(sorry(,|\.| but)|unable|not able|afraid (that )?(i|we) )"
    r"|\A\W*(sorry|apologies),"
    r"|\bas an ai\b[^.]*\b(i|we) (do not|don't|am not|can't|cannot)\b"
    rf"|\b(i|we) (can't|cannot|can not|won't|will not|am unable to|am not able to|do not feel able to) {_TASK_VERB}"
    rf"|\b(i'm|we're) (unable|not able) to {_TASK_VERB}"
    r"|\b(i|we) (can't|cannot|won't|will not)\W*\Z"
    r"|\b(i|we) (must|have to) (decline|refuse)\b"
    r"|\b(i|we) (do not|don't) have (enough|sufficient|the ability|access)\b"
    rf"|\bit('s| is) (impossible|not possible|not appropriate)( for me)? to {_TASK_VERB}"
)
_REFUSAL_WITHIN = 200
_NEGATION = (
    r"\b(?:not|no|nor|neither|never|cannot|\w+n t)"
    r"(?: (?:a|an|any|be|feel|feeling|of|quite|really|show|showing|signs?|so|the|too|very))* "
)
_SIDE_BY_SIDE = re.compile(r"\]\s*,\s*\[")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]", re.DOTALL)
_ELEMENT = re.compile(
    r"\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'(?=\s*(?:,|\Z))|([^,]+))",
    re.DOTALL,
)
_SEPARATOR = re.compile(r"[,;\n]|\band\b", re.IGNORECASE)
_LEAD = re.compile(
    r"^\s*(?:(?:[-*•]|\d+[.)])\s+)?(?:\W*(?:the )?(?:emotions?|labels?|answer)\b\W*(?:(?:is|are)\b)?)?", re.IGNORECASE
)


def visible(text: str) -> str:
    """Return `text` without reasoning and surrounding space. Nothing follows reasoning that was cut off."""
    kept: list[str] = []
    thinking = False
    start = 0
    for tag in _THINK_TAG.finditer(text):
        closes = tag[1] == "/"
        if closes and not thinking:
            kept.clear()
        elif not thinking:
            kept.append(text[start : tag.start()])
        thinking, start = not closes, tag.end()
    if not thinking:
        kept.append(text[start:])
    return "".join(kept).strip()


def parse_label(text: str, choices: Sequence[str]) -> Parsed:
    """Read the one label of `choices` that `text` names.

    Args:
        text: a model's whole answer.
        choices: the labels offered.

    Returns:
        Status `ok` with one label, if the first line is a label alone and no later line is another label, or if the
        text names exactly one label and does not negate it. Else `empty` (no text), `refused` or `unparsed`.
    """
    seen = visible(text)
    offered = tuple(choices)
    lines = [_only(_LEAD.sub("", line), offered) for line in seen.splitlines()]
    if lines and lines[0] is not None and {*lines} <= {lines[0], None}:
        return Parsed(status="ok", labels=(lines[0],))
    named = _named(seen, offered)
    if len(named) == 1 and not _denies(seen, offered):
        return Parsed(status="ok", labels=tuple(named))
    return unparsed(text, refusable=not named)


def parse_labels(text: str, choices: Sequence[str]) -> Parsed:
    """Read the set of labels of `choices` that `text` lists.

    A JSON list is read anywhere (in a code fence, before prose, with single quotes or none). Of several lists, the last
    one that names a label counts; adjacent lists are joined. A plain list (commas, semicolons, bullets or lines, after
    `Emotions:` or similar) is read if it contains nothing but labels. Unknown elements of a JSON list are dropped. A
    list of unknown elements only is unparsed; an empty list is the empty set.

    Args:
        text: a model's whole answer.
        choices: the labels offered.

    Returns:
        Status `ok` with the labels in the order of `choices`, else `empty`, `refused` or `unparsed`.
    """
    seen = visible(text)
    offered = tuple(choices)
    lists = [_elements(body) for body in _BRACKETS.findall(_SIDE_BY_SIDE.sub(",", seen))]
    known = [found for elements in lists if (found := _known(elements, offered))]
    if known:
        return _ordered(known[-1], offered)
    if lists and not any(lists):
        return Parsed(status="ok")
    plain = [part for line in seen.splitlines() for part in _SEPARATOR.split(_LEAD.sub("", line)) if part.strip()]
    found = _known(plain, offered)
    if found and len(_known_each(plain, offered)) == len(plain):
        return _ordered(found, offered)
    return unparsed(text, refusable=not found)


def parse_description(text: str) -> Parsed:
    """Return the text without reasoning as the description; else `empty`, `refused`, or `unparsed` (reasoning only)."""
    seen = visible(text)
    if not seen or _refuses(seen):
        return unparsed(text, refusable=True)
    return Parsed(status="ok", text=seen)


def is_label(line: str, choices: Sequence[str]) -> bool:
    """Return whether a line is one of `choices` alone, apart from a lead ("Answer:") and decoration."""
    return label_of(_LEAD.sub("", line), choices) is not None


def label_of(text: str, choices: Sequence[str]) -> str | None:
    """Return the label of `choices` that is the whole text, under any of its names, or None."""
    return _only(text, tuple(choices))


def unparsed(text: str, *, refusable: bool = True) -> Parsed:
    """Return `empty`, `refused` (if it may be) or `unparsed` for a text without an answer."""
    if not text.strip():
        return Parsed(status="empty")
    if refusable and _refuses(visible(text)):
        return Parsed(status="refused")
    return Parsed(status="unparsed")


def _refuses(seen: str) -> bool:
    """Return whether the speaker declines the task. That somebody else "cannot" or "is unable" may be a description."""
    return _REFUSAL.search(seen[:_REFUSAL_WITHIN].casefold().replace("’", "'")) is not None


def _plain(text: str) -> str:
    """Fold case, and replace everything but letters and digits by single spaces."""
    return " ".join(re.sub(r"[^\w]|_", " ", text.casefold()).split())


@cache
def _names(choices: tuple[str, ...]) -> dict[str, str]:
    """Map every plain name to its label: the label itself, its halves (`Doubt/Confusion`) and its synonyms."""
    names = {_plain(choice): choice for choice in choices}
    for choice in choices:
        for other in (*choice.split("/"), *SYNONYMS.get(choice.casefold(), ())):
            names.setdefault(_plain(other), choice)
    return names


@cache
def _pattern(choices: tuple[str, ...], before: str = "") -> re.Pattern[str]:
    longest_first = sorted(_names(choices), key=len, reverse=True)
    return re.compile(before + r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")


def _named(text: str, choices: tuple[str, ...]) -> set[str]:
    names = _names(choices)
    return {names[match] for match in _pattern(choices).findall(_plain(text))}


def _denies(text: str, choices: tuple[str, ...]) -> bool:
    return _pattern(choices, _NEGATION).search(_plain(text)) is not None


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
