"""Read a description from a model's answer: remove markup and what frames it, such as "Sure! Here is ..."."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from harness.record import Parsed
from harness.text import final
from harness.text.readers import reader
from harness.text.refusals import refuses, unparsed

_RULE = re.compile(r"(?:[-*_=] ?){3,}$")
_HEADING = re.compile(r"#{1,6}[ \t]+(?P<text>.*)$")
_ITEM = re.compile(r"(?:[-*•·–+]|\(?\d{1,2}[.)])[ \t]+")
_INLINE_ITEM = re.compile(r"[ \t][•·][ \t]")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,60}>")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{0,400}\)")
_CAPITAL_IN_MARKS = re.compile(r"(?<=[\w,;] )([*_`]{1,3})([A-Z][a-z][^*_`\n]{0,80}(?<![.!?]))(?=\1)")
_MARKS = re.compile(r"[*`]+|~~+|(?<![^\W_])_+|_+(?![^\W_])")
_TITLE = re.compile(r"[*_]{2}[^*_.!?\n]{1,60}[*_]{2}:?$")
_SURE = r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|all ?right|gladly|no problem|understood|great)"
_OPENINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_SURE}[,.!:—–-]+\s+(?=\S)",
        r"(?:here(?:['’]s| is| are| you (?:go|are))|below is|this is|the following is)\b[^.!?\n:]{0,150}:\s*",
        r"(?:based on|given|from|according to|with|considering|for)\b(?=[^!?\n:]{0,200}\b(?:values?|valence|arousal"
        r"|ratings?|scores?|numbers?|scales?|measure(?:ment)?s?|data|information|input|coordinates|task"
        r"|request)\b)[^!?\n:]{0,200}:\s*",
        r"[^.!?\n:]{0,80}\b(?:description|sentence|answer|summary|response|output)s?\b[^.!?\n:]{0,60}:\s*",
        r"(?:description|answer|response|output)\s*[-–—=]+\s+",
    )
)
_CLOSING = re.compile(
    r"(?:(?<=[.!?\"”’)*])\s+|\n\s*|\A\s*)[(\[*_]{0,3}(?:(?:please )?(?:let me know|feel free|note\s?[:*]|note that)"
    r"|(?:i )?hope (?:this|that|it)\b|would you like|do you (?:want|need)"
    r"|if you(?:['’]d| would)? (?:like|need|want|have)"
    r"|is there anything|word count|this (?:one-sentence )?(?:description|sentence|response)\b"
    r"|(?:explanation|reasoning|rationale)\s?[:*]"
    r"|i(?:['’]ve| have) (?:avoided|kept|tried|used)|happy to (?:help|adjust|revise))",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "„": "“"}
_ENDS = (".", "!", "?", "…", ":", '"', "”")


@dataclass(frozen=True)
class Cleaned:
    """A description without markup and frames, and what was removed, in the order of removal."""

    text: str
    removed: tuple[str, ...]


def parse_description(text: str) -> Parsed:
    """Return the cleaned answer as the description; else `empty`, `refused`, or `unparsed` (frames alone).

    Args:
        text: the answer, without thought.
    """
    if not text.strip() or refuses(text):
        return unparsed(text)
    found = clean(text)
    if not found.text or (found.removed and reader() == "strict"):
        return unparsed(text, refusable=False)
    return Parsed(status="ok", text=found.text, removed=found.removed)


def clean(text: str) -> Cleaned:
    """Remove markup, headings, labels, quotes, and sentences to the reader before and after a description.

    Items of a list and lines that begin with a capital letter become sentences. Words in marks within a sentence lose
    their capital letter, since markup puts it there.
    """
    removed: list[str] = []
    body = _value("\n".join(" ".join(line.split()) for line in _unboxed(text).splitlines() if line.strip()))
    removed += [mark for mark in ("```", "\\boxed") if mark in text]
    lines = _lines(body, removed)
    said = _joined(lines)
    while True:
        shorter = _unframed(said, removed)
        if shorter == said:
            return Cleaned(said, tuple(removed))
        said = shorter


def _unboxed(text: str) -> str:
    plain = final.unfenced(text)
    return final.boxed(plain) or plain


def _value(text: str) -> str:
    """Return the description in a JSON object; any other text as it is."""
    if not (text.startswith("{") and text.endswith("}")):
        return text
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return text
    while isinstance(values, dict):
        named = [value for key, value in values.items() if final.is_key(str(key))]
        values = (named or list(values.values()) or [""])[0]
    return values.strip() if isinstance(values, str) else text


def _lines(text: str, removed: list[str]) -> list[tuple[bool, str]]:
    """Return the lines without markup, each with whether it is an item of a list."""
    text, rest = _cut_closing(text)
    removed += [rest] if rest else []
    rows = [row for line in _INLINE_ITEM.sub("\n• ", text).splitlines() if (row := line.lstrip(" >"))]
    titles = [row for row in rows if _HEADING.match(row) or _TITLE.match(row) or _RULE.match(row)]
    if len(titles) < len(rows):
        removed += titles
        rows = [row for row in rows if row not in titles]
    lines = []
    for row in rows:
        heading, item = _HEADING.match(row), _ITEM.match(row)
        bare = heading["text"].rstrip("# ") if heading else row[item.end() :] if item else row
        found = _unmarked(bare, removed)
        removed += [item[0].strip()] if item else ["#"] if heading else []
        if found:
            lines.append((item is not None, found))
    return lines


def _unmarked(line: str, removed: list[str]) -> str:
    plain = _LINK.sub(r"\1", _TAG.sub("", line))
    lowered = _CAPITAL_IN_MARKS.sub(lambda found: found[1] + _lower(found[2]), plain)
    bare = _MARKS.sub("", lowered).strip()
    if bare != line:
        removed += sorted({*_TAG.findall(line), *_MARKS.findall(lowered)})
    return bare


def _lower(words: str) -> str:
    return re.sub(r"\b[A-Z](?=[a-z])", lambda found: found[0].lower(), words)


def _joined(lines: list[tuple[bool, str]]) -> str:
    """Join lines to one text; items and lines before a capital letter end as sentences."""
    several = sum(item for item, _ in lines) > 1
    said = []
    for place, (item, line) in enumerate(lines):
        after = lines[place + 1][1] if place + 1 < len(lines) else ""
        ends = (item and several) or after[:1].isupper()
        said.append(f"{line.rstrip(',; ')}." if ends and not line.endswith(_ENDS) else line)
    return " ".join(" ".join(said).split())


def _unframed(text: str, removed: list[str]) -> str:
    for opening in _OPENINGS:
        found = opening.match(text)
        if found and found.end() <= len(text):
            removed.append(found[0].strip())
            return text[found.end() :].strip()
    text, closing = _cut_closing(text)
    removed += [closing] if closing else []
    for quote, end in _QUOTES.items():
        if len(text) > 1 and text.startswith(quote) and text.endswith(end) and text[1:-1].count(end) == 0:
            removed.append(quote + end)
            return text[1:-1].strip()
    return text


def _cut_closing(text: str) -> tuple[str, str]:
    """Cut a text where sentences to the reader begin; return both parts."""
    found = _CLOSING.search(text)
    return (text[: found.start()].strip(), text[found.start() :].strip()) if found else (text, "")
