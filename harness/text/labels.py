"""Read one label from a model's answer.

The rules are tried in order (docs/prompts.md); the first one that finds exactly one label decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from harness.record import Parsed
from harness.text import final
from harness.text.names import label_of, leading, named, plain
from harness.text.readers import reader
from harness.text.refusals import unparsed

Choices = tuple[str, ...]
Found = frozenset[str] | None
"""The labels that a rule finds; None if the rule does not apply."""

_LEAD = re.compile(
    r"^\s*(?:(?:[-*•·–+]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)])\s+)?(?:\W{0,9}(?:the |my )?(?:final |most likely |predicted )?"
    r"(?:emotions?|labels?|answers?|state|word|choice|option)\b\W{0,9}(?:(?:is|are)\b)?)?",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"[*_`\"'”’)\]]{0,6}(?:\s{0,3}(?P<mark>[,;:.!=(\[–—]|->|→|\s-\s)|\s{1,3}(?P<word>because|since|as|due to|given|fits"
    r"|matches|is (?:the |my )?(?:best|most|right|correct|closest|answer|likeliest))\b)",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"(?:and|or|but(?! not)|maybe|perhaps|possibly|probably|also|plus|with|mixed|then|though|although|followed"
    r"|secondary|second|alternatively|\d)"
)
_MENTIONS = 50  # the last ones that are read
_ALSO = re.compile(
    r"\b(?:(?:could|might|may)(?: also| even)? be|also|alternatively|or (?:maybe|perhaps|possibly)|equally)\b"
)
_TRUTH = re.compile(
    r"[:=]\s{0,3}[\"'*_`]{0,3}(?:(?P<yes>true|yes|present|1(?:\.0)?)|(?:false|no|not present|absent|0(?:\.0)?))"
    r"[\"'*_`]{0,3}\s{0,3}(?=[,;}\n]|\Z)",
    re.IGNORECASE,
)
_ROW = re.compile(r"^[ \t]*\|([^|\n]{1,60})\|([^|\n]{1,30})(?:\|[^\n]*)?$", re.MULTILINE)
_TICK = re.compile(
    r"^[ \t]*(?:[-*•][ \t]+)?(?:(?P<before>[✅✔✓☑❌✗✘])\ufe0f?[ \t]*(?P<name>[^\n]{1,60}?)"
    r"|(?P<named>[^\n✅✔✓☑❌✗✘]{1,60}?)[ \t:|]{0,4}(?P<after>[✅✔✓☑❌✗✘])\ufe0f?)[ \t|]*$",
    re.MULTILINE,
)
_BEFORE_NAME = re.compile(r"[\n:={}\[\],]")


def parse_label(text: str, choices: Sequence[str]) -> Parsed:
    """Read the one label of `choices` that an answer decides on.

    Args:
        text: the answer, without thought.
        choices: the labels offered.

    Returns:
        Status `ok` with one label; else `empty` (no text), `refused` or `unparsed`.
    """
    seen, offered = final.unfenced(text), tuple(choices)
    for rule in _RULES[reader()]:
        found = rule(seen, offered)
        if found is not None and len(found) == 1:
            return Parsed(status="ok", labels=tuple(found))
    return unparsed(text, refusable=not named(seen, offered).all)


def is_label(line: str, choices: Sequence[str]) -> bool:
    """Return whether a line is one of `choices` alone, apart from a lead ("Answer:") and decoration."""
    return label_of(without_lead(line), tuple(choices)) is not None


def without_lead(line: str) -> str:
    """Return a line without a list mark and a lead such as "Emotion:" or "The answer is"."""
    return _LEAD.sub("", line, count=1)


def booleans(text: str, choices: Choices) -> dict[str, bool]:
    """Read `label: true` pairs and rows `| label | yes |`, also with no, 1 and 0; empty if a label has both values."""
    found: dict[str, bool] = {}
    text = _TICK.sub(_ticked, _ROW.sub(r"\1: \2", text))
    for truth in _TRUTH.finditer(text):
        name = _BEFORE_NAME.split(text[max(0, truth.start() - 80) : truth.start()])[-1]
        label = label_of(without_lead(name), choices)
        if label is not None and found.setdefault(label, bool(truth["yes"])) != bool(truth["yes"]):
            return {}
    return found


def _ticked(line: re.Match[str]) -> str:
    mark, name = (line["before"], line["name"]) if line["before"] else (line["after"], line["named"])
    return f"{name}: {'no' if mark in '❌✗✘' else 'yes'}"


def led(text: str, choices: Choices) -> Found:
    """Return the label that a text begins with, if it ends there or a reason follows.

    Another label right after it, or a later "could also be" with another one, leaves both.
    """
    begins = leading(without_lead(text), choices) or leading(text, choices)
    if begins is None:
        return None
    label, rest = begins
    mark = _REASON.match(rest)
    if mark is None:
        return frozenset([label]) if not plain(rest) else None
    rest = rest[mark.end() :]
    said = plain(rest)
    second = leading(rest, choices)
    other = named(rest, choices).left - {label}
    if second and second[0] != label and mark["mark"] and mark["mark"] not in ".!":
        return frozenset([label, second[0]])
    if other and (_HEDGE.match(said) or _also(rest, choices) - {label}):
        return other | {label}
    return frozenset([label])


def _also(text: str, choices: Choices) -> frozenset[str]:
    """Return the labels that follow "could also be" or similar within a few words."""
    folded = text.casefold()
    ends = [mark.end() for mark in _ALSO.finditer(folded)][-_MENTIONS:]
    return frozenset().union(*(named(folded[end : end + 40], choices).left for end in ends))


def _decide(text: str | None, choices: Choices) -> Found:
    """Return the label of a statement: alone, before a reason, or the only one that is not denied."""
    if text is None:
        return None
    said, *others = [line for line in text.splitlines() if plain(line)] or [""]
    alone = label_of(said, choices)
    found = frozenset([alone]) if alone else led(said, choices) or named(said, choices).left
    return (found | {label for line in others if (label := label_of(without_lead(line), choices))}) if found else None


def _final(text: str, choices: Choices) -> Found:
    return _decide(final.boxed(text) or final.final(text), choices)


def _object(text: str, choices: Choices) -> Found:
    given = {label for value in final.key_values(text) if (label := label_of(value, choices))}
    truths = booleans(text, choices)
    return frozenset(given or {label for label, true in truths.items() if true}) or None


def _answer(text: str, choices: Choices) -> Found:
    return _decide(final.answer(text), choices)


def _line(text: str, choices: Choices) -> Found:
    """Return the label that is the first or last line alone, if no other line is another label alone."""
    lines = [label_of(without_lead(line), choices) for line in text.splitlines() if plain(line)]
    labels = {label for label in lines if label}
    return frozenset(labels) if len(labels) == 1 and labels & {lines[0], lines[-1]} else None


def _leads(text: str, choices: Choices) -> Found:
    """Return the label that the text begins with before a reason, if no other line begins with another one."""
    first, *others = [line for line in text.splitlines() if plain(line)] or [""]
    found = led(first, choices)
    if not found or not all(booleans(first, choices).values()):
        return None
    more = {label for line in others for label in led(line, choices) or ()} | _also("\n".join(others), choices)
    return found | more


def _stated(text: str, choices: Choices) -> Found:
    found = [labels for said in final.statements(text) if (labels := _decide(said, choices))]
    lines = frozenset(filter(None, (label_of(without_lead(line), choices) for line in text.splitlines())))
    return frozenset().union(lines, *found) if found else None


def _bold(text: str, choices: Choices) -> Found:
    parts = final.bold(final.last_sentence(text))
    return frozenset(label for part in parts if (label := label_of(part, choices))) or None


def _concluded(text: str, choices: Choices) -> Found:
    sentence = final.last_sentence(text)
    return (named(sentence, choices).left or None) if final.concludes(sentence) else None


def _only(text: str, choices: Choices) -> Found:
    return named(text, choices).left


RULES: tuple[Callable[[str, Choices], Found], ...] = (
    _final, _object, _answer, _line, _leads, _stated, _bold, _concluded, _only
)  # fmt: skip
"""The rules of one label, in the order of precedence."""


def _alone(text: str, choices: Choices) -> Found:
    """Return the label that is the whole text."""
    label = label_of(without_lead(text), choices)
    return frozenset([label]) if label else None


def _last(text: str, choices: Choices) -> Found:
    """Return the label that is named last, of those that are not denied."""
    found = named(text, choices)
    return frozenset([label for label in found.all if label in found.left][-1:]) or None


_RULES = {"strict": (_alone,), "default": RULES, "lenient": (*RULES, _last)}
