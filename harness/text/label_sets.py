"""Read a set of labels from a model's answer: a JSON list or object, a list with marks, or plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from harness.record import Parsed
from harness.text import final
from harness.text.labels import Choices, Found, booleans, led, without_lead
from harness.text.names import label_of, leading, named, plain
from harness.text.readers import reader
from harness.text.refusals import unparsed

_SIDE_BY_SIDE = re.compile(r"\]\s*,\s*\[")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]", re.DOTALL)
_ELEMENT = re.compile(
    r"\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'(?=\s*(?:,|\Z))|([^,]+))",
    re.DOTALL,
)
_SEPARATOR = re.compile(r"[,;\n]|\band\b", re.IGNORECASE)
_PARENTHESES = re.compile(r"\([^()\n]{0,200}\)")
_DENIED_PART = re.compile(r"\W{0,9}(?:but )?not\b", re.IGNORECASE)
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?:(?:[-*•·–+]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)])\s+(?:\[(?P<box>[ xX✓✔])\]\s{0,3})?"
    r"|(?=(?:\*\*|__)(?P<bold>[^*_\n]{1,60})(?:\*\*|__)))"
)
_EXCLUDED = re.compile(
    r"\b(?:not|nor|absent|excluded?|excluding|except|unlikely|rejected|without|rather than|instead of|left out"
    r"|ruled out|omitted|unlike|less likely|\w{1,9}n['’]t)\b|\bnot_",
    re.IGNORECASE,
)
_UNTRUE = re.compile(r"\W{0,9}(?:no|not|absent|unlikely|false|none)\b", re.IGNORECASE)
_KEY_BEFORE = re.compile(r"[\"'“‘]?([\w -]{1,40})[\"'”’]?\s{0,9}[:=]\s{0,9}\[?\s{0,9}\Z")
_STATED = re.compile(
    r"\b(?:emotions?|labels?|list|ones?|feelings?)\b[^.:\n]{0,60}?(?:\bare\b|\bis\b|:)"
    r"|\b(?:i|we)(?:'d|’d|'ll|’ll| would| will)? (?:choose|pick|select|go with|list|name|say)\b:?",
    re.IGNORECASE,
)


def parse_labels(text: str, choices: Sequence[str]) -> Parsed:
    """Read the set of labels of `choices` that an answer lists.

    What follows "Final answer:" or "Answer:" is read first, then the whole text. Unknown elements of a JSON list are
    dropped. A list of unknown elements only is unparsed; an empty list is the empty set.

    Args:
        text: the answer, without thought.
        choices: the labels offered.

    Returns:
        Status `ok` with the labels in the order of `choices`, else `empty`, `refused` or `unparsed`.
    """
    seen, offered = final.unfenced(text), tuple(choices)
    strict = reader() == "strict"
    for said in (seen,) if strict else (final.boxed(seen) or final.final(seen), final.answer(seen), seen):
        for rule in _RULES[reader()] if said else ():
            found = rule(said or "", offered)
            if found is not None:
                return Parsed(status="ok", labels=tuple(choice for choice in offered if choice in found))
    return unparsed(text, refusable=not any(label_of(part, offered) for part in _SEPARATOR.split(seen)))


def _arrays(text: str, choices: Choices) -> Found:
    """Read the last JSON list under an obvious key, else the last one that names a label; denied ones do not count."""
    joined = _SIDE_BY_SIDE.sub(",", text)
    lists = [
        (joined[max(0, found.start() - 60) : found.start()], _elements(found[1]))
        for found in _BRACKETS.finditer(joined)
    ]
    known = [
        (before, labels)
        for before, elements in lists
        if (labels := frozenset(filter(None, (label_of(one, choices) for one in elements)))) and not _excludes(before)
    ]
    for before, labels in reversed(known):
        key = _KEY_BEFORE.search(before)
        if key and final.is_key(key[1]):
            return labels
    if known:
        return known[-1][1]
    return frozenset() if lists and not any(elements for _, elements in lists) else None


def _excludes(before: str) -> bool:
    """Return whether a list is one of labels that do not fit, by its own sentence before it."""
    return _EXCLUDED.search(re.split(r"[\[\].\n{}]", before)[-1].replace("_", " ")) is not None


def _pairs(text: str, choices: Choices) -> Found:
    """Read `label: true` pairs, or a list of objects that name a label each."""
    truths = booleans(text, choices)
    if truths:
        return frozenset(label for label, true in truths.items() if true)
    return frozenset(filter(None, (label_of(value, choices) for value in final.key_values(text)))) or None


def _items(text: str, choices: Choices) -> Found:
    """Read a list with marks in which every item begins with a label; a tick or a denial decides whether it counts."""
    labels: set[str] = set()
    excluded = ticked = False
    outer: int | None = None
    for line in text.splitlines():
        mark = _ITEM.match(line)
        if mark is None:
            excluded = _EXCLUDED.search(line) is not None if plain(line) else excluded
            continue
        outer = len(mark["indent"]) if outer is None else outer
        said = line[mark.end() :]
        found = None if mark["bold"] and not label_of(mark["bold"], choices) else led(said, choices)
        if found is None or len(found) > 1:
            if len(mark["indent"]) > outer:
                continue
            return None
        [label] = found
        ticked = ticked or mark["box"] is not None
        if not excluded and mark["box"] != " " and not _denied(said[_length(said, label) :], choices):
            labels.add(label)
    return frozenset(labels) if labels or ticked else None


def _denied(rest: str, choices: Choices) -> bool:
    """Return whether what follows a label denies it; "(not Sadness)" denies another one."""
    untrue = _UNTRUE.match(rest)
    return untrue is not None and leading(rest[untrue.end() :], choices) is None


def _length(said: str, label: str) -> int:
    """Return where a label ends that a text begins with, roughly: its length after decoration."""
    return len(said) - len(said.lstrip(" *_`\"'“")) + len(label)


def _words(text: str, choices: Choices) -> Found:
    """Read a list of words: the whole text, or its first or last line if no other line is a list of labels."""
    whole = [_listed(line, choices) for line in text.splitlines() if plain(line)]
    if whole and all(whole):
        return frozenset().union(*filter(None, whole))
    lines = [None if _ITEM.match(line) else _listed(line, choices) for line in text.splitlines() if plain(line)]
    known = [found for found in lines if found]
    return known[0] if len(known) == 1 and (lines[0] or lines[-1]) else None


def _listed(line: str, choices: Choices) -> Found:
    """Return the labels of a line that lists nothing else; empty for a lead alone ("Emotions:")."""
    bare = _PARENTHESES.sub("", without_lead(line))
    parts = [part for part in _SEPARATOR.split(bare) if plain(part)]
    labels = [label_of(part, choices) for part in parts if not _DENIED_PART.match(part)]
    return frozenset(filter(None, labels)) if labels and all(labels) else None


def _sentence(text: str, choices: Choices) -> Found:
    """Read the list after the last "The emotions are" or "I choose"."""
    found = None
    for statement in list(_STATED.finditer(text))[-20:]:
        said = final.line(text[statement.end() : statement.end() + 600])
        found = (None if _ITEM.match(said) else _listed(said, choices)) or found
    return found


def _elements(body: str) -> list[str]:
    if "{" in body:
        return [body]
    return [part for part in ("".join(match) for match in _ELEMENT.findall(body)) if part.strip()]


RULES: tuple[Callable[[str, Choices], Found], ...] = (_arrays, _pairs, _items, _words, _sentence)
"""The rules of a set, in the order of precedence."""


def _array(text: str, choices: Choices) -> Found:
    """Read a text that is one JSON list of labels and nothing else."""
    whole = _BRACKETS.fullmatch(text.strip())
    labels = [label_of(one, choices) for one in _elements(whole[1])] if whole else [None]
    return frozenset(filter(None, labels)) if all(labels) else None


def _any(text: str, choices: Choices) -> Found:
    """Return every label that the text names and does not deny."""
    return named(text, choices).left or None


_RULES = {"strict": (_array,), "default": RULES, "lenient": (*RULES, _any)}
