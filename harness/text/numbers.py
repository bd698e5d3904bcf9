"""Read the numbers in a text: a share for each label, a confidence, or valence and arousal.

Nothing is guessed. An answer is unparsed if a number is missing, has two different values, or is off its scale.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.text.names import label_of

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"
_BODY = re.compile(r"\{([^{}]*)\}", re.DOTALL)
_SHARE = re.compile(
    r"[\"'“‘*`]*(?P<label>[^\W\d_][\w /&-]*?)[\"'”’*`]*\s*[:=]\s*[\"'*`]*"
    rf"(?P<number>{_NUMBER}(?:[eE][-+]?\d+)?)\s*(?P<percent>%?)"
)
_SCALE_NOTE = re.compile(r"[(\[][^()\[\]]*\bto\b[^()\[\]]*[)\]]", re.IGNORECASE)
_SURE = re.compile(
    rf"(?<![\w.])(?P<number>{_NUMBER})"
    r"(?P<unit>\s*(?:%|percent\b)|\s*(?:/|out of)\s*(?P<of>100|10|1)(?![\w.]))?(?!\w|\.\d)",
    re.IGNORECASE,
)
_CONFIDENCE_WORD = re.compile(r"\b(?:confiden(?:ce|t)|sure|certain(?:ty)?|probability)\b", re.IGNORECASE)
_AXIS = {
    axis: re.compile(
        rf"\b(?:{axis}\b|{axis[0]}(?=\s*[:=]))[\"'*`)\s]*(?:is|of|[:=~≈])?[\"'*`\s]*({_NUMBER})(?![\w%])", re.I
    )
    for axis in ("valence", "arousal")
}
_PLAIN = re.compile(rf"(?<![\w.]){_NUMBER}(?![\w%]|\.\d)")


def shares(text: str, choices: Sequence[str]) -> tuple[float, ...] | None:
    """Read a number for each of `choices`, from a JSON object or `label: number` pairs.

    Args:
        text: the answer, without thought. Of several objects, the last one that names a choice counts.
        choices: the labels offered; a label that is not named gets 0.

    Returns:
        One number per choice, at least 0, percentages divided by 100. None if there are none, one is negative, or all
        are 0.
    """
    seen = _ascii(text)
    bodies = _BODY.findall(seen) or [seen]
    found: dict[str, float] = {}
    for body in bodies:
        found = _pairs(body, tuple(choices)) or found
    values = tuple(found.get(choice, 0.0) for choice in choices)
    return values if found and min(values) >= 0 and sum(values) > 0 else None


def confidence(text: str) -> float | None:
    """Read a confidence that was asked for from 0 to 100.

    `70`, `70%`, `70/100`, `7 out of 10` and `0.7` are all 0.7. A number up to 1 with a decimal point is a probability,
    since nobody gives hundredths of a percent; `1` is 1 of 100, as asked for.

    Args:
        text: the answer, without thought.

    Returns:
        In [0, 1]; None if there is no number, there are several different ones, or one is off its scale.
    """
    seen = _SCALE_NOTE.sub(" ", _ascii(text))
    numbers = list(_SURE.finditer(seen))
    beside = [number for number in numbers if _beside_the_word(seen, number)]
    values = {_share(number) for number in beside or numbers}
    if len(values) != 1:
        return None
    [value] = values
    return value if value is not None and 0 <= value <= 1 else None


def coordinates(text: str) -> tuple[float, float] | None:
    """Read valence and arousal, by name, or as the only two numbers in this order.

    Args:
        text: the answer, without thought.

    Returns:
        Both in [-1, 1]; None if one is missing, has two different values, or is off the scale.
    """
    seen = _SCALE_NOTE.sub(" ", _ascii(text))
    named = [{float(number) for number in pattern.findall(seen)} for pattern in _AXIS.values()]
    if any(named):
        numbers = [values.pop() for values in named if len(values) == 1]
    else:
        numbers = [float(number) for number in _PLAIN.findall(seen)]
    if len(numbers) != 2 or max(map(abs, numbers)) > 1:
        return None
    return numbers[0], numbers[1]


def _pairs(body: str, choices: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for pair in _SHARE.finditer(body):
        label = label_of(pair["label"], choices)
        if label is not None:
            found[label] = float(pair["number"]) / (100 if pair["percent"] else 1)
    return found


def _share(number: re.Match[str]) -> float | None:
    value = float(number["number"])
    if number["of"]:
        return value / float(number["of"])
    if not number["unit"] and "." in number["number"] and value <= 1:
        return value
    return value / 100


def _beside_the_word(text: str, number: re.Match[str]) -> bool:
    """Return whether a word of confidence is before or after the number, with no other number between."""
    before = re.split(r"[\d\n]", text[: number.start()])[-1]
    after = re.split(r"[\d\n]", text[number.end() :])[0]
    return bool(_CONFIDENCE_WORD.search(before[-40:]) or _CONFIDENCE_WORD.match(after.lstrip(" ,")))


def _ascii(text: str) -> str:
    """Write minus signs and dashes before digits as `-`."""
    return re.sub(r"[−–—](?=\s?[\d.])", "-", text)
