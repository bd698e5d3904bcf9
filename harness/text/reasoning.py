"""Separate a model's thought from its answer, by the formats in `thoughts.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

_STEP_MARK = re.compile(r"^[^\w\n]{0,9}(?:my )?(?:final )?answer[*_ ]{0,4}(?:[:=]|[-–—] )[*_ ]{0,4}", re.I | re.M)
_FIRST_LINE = re.compile(r"\s*[^\w\n]{0,9}([A-Za-z][A-Za-z ]{3,30})[^\w\n]*(?:\n|\Z)")
_FIRST_TAG = re.compile(r"\s*(?:<[|\s]?|\[(?=[A-Z]{4})|◁)([A-Za-z][\w:-]{0,30})\b[^<>\n\[\]▷]{0,60}[>\]▷]")


class _Format(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    models: str
    source: str
    example: str


class _Tags(_Format):
    names: tuple[str, ...]


class _Markers(_Format):
    name: str
    hint: str
    open: str
    close: str | None = None
    end: str | None = None
    answer: str | None = None


class _Phrase(_Format):
    name: str
    open: str
    close: str
    needs_close: bool = False


class _Unknown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    first_lines: tuple[str, ...]
    stems: tuple[str, ...]
    plain_tags: tuple[str, ...]


class Formats(BaseModel):
    """The content of `thoughts.yaml`, which says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[_Tags, ...]
    markers: tuple[_Markers, ...]
    phrases: tuple[_Phrase, ...]
    dropped: tuple[str, ...]
    turn_end: tuple[str, ...]
    answer_tags: tuple[str, ...]
    unknown: _Unknown


@dataclass(frozen=True)
class Reply:
    """A model's text in two parts.

    Attributes:
        thought: what comes before the answer; empty if there is none.
        answer: without thought, markers and surrounding space.
        cut_off: whether the text ends inside a thought.
        unknown: what looks like a thought in a format that is not in `thoughts.yaml`; None if nothing does.
    """

    thought: str
    answer: str
    cut_off: bool = False
    unknown: str | None = None


def separate(text: str) -> Reply:
    """Separate thought from answer.

    A closing marker without an opening one ends a thought that the prompt began. Text in an answer tag
    (`<answer>...</answer>`) is the answer if there is one. If the text begins like a thought of an unknown format, only
    what follows a last line "Answer:" is the answer.
    """
    reply = _by_phrase(text) or _by_markers(text)
    inside = _tagged(reply.answer)
    if inside is not None:
        return replace(reply, answer=inside)
    looks = None if reply.cut_off else _unknown(reply.answer)
    if looks is None:
        return reply
    marks = list(_STEP_MARK.finditer(reply.answer))
    if marks and (said := reply.answer[marks[-1].end() :].strip()):
        thought = "\n".join(filter(None, [reply.thought, reply.answer[: marks[-1].start()].strip()]))
        return replace(reply, thought=thought, answer=said)
    return replace(reply, unknown=looks)


def opened(prompt: str) -> str:
    """Return the marker at the end of a prompt that begins a thought; empty if there is none.

    Chat templates of some models end with `<think>`; the model then writes the closing marker only.
    """
    tail = prompt[-200:].rstrip()
    last = ""
    for use, _, start, end in _marks(tail):
        last = tail[start:] if use == "o" and end == len(tail) else ""
    return last


def cut(text: str, stops: Sequence[str]) -> str:
    """Cut a text at the first stop text within its answer; one within the thought does not count."""
    answer = separate(text).answer
    ends = [place for stop in stops if stop and (place := answer.find(stop)) >= 0]
    if not ends:
        return text
    start = text.rfind(answer)
    return text[: start + min(ends)] if start >= 0 else answer[: min(ends)]


def _by_phrase(text: str) -> Reply | None:
    start = len(text) - len(text.lstrip())
    for begins, ends, needs_close in _phrases():
        found = begins.match(text, start)
        if found is None:
            continue
        closing = list(ends.finditer(text, found.end()))
        if closing:
            inner = _by_markers(text[closing[-1].end() :])
            return replace(inner, thought=text[found.end() : closing[-1].start()].strip() or inner.thought)
        if not needs_close:
            return Reply(text[found.end() :].strip(), "", cut_off=True)
    return None


def _by_markers(text: str) -> Reply:
    thought: list[str] = []
    said: list[str] = []
    inside: str | None = None
    spoken = False
    start = 0
    for use, form, begins, ends in _marks(text):
        if inside is not None and (form != inside or use not in "cea"):
            continue
        part, start = text[start:begins], ends
        if inside is not None:
            thought.append(part)
            inside = None
        elif use in "ca":
            thought += [*said, part]
            said.clear()
            spoken = False
        else:
            said.append(part)
            spoken = spoken or bool(part.strip())
            if use == "o":
                inside = form
            elif use == "t" and spoken:
                start = len(text)
                break
    (said if inside is None else thought).append(text[start:])
    joined = "\n".join(part.strip() for part in thought if part.strip())
    return Reply(joined, "".join(said).strip(), cut_off=inside is not None)


def _tagged(answer: str) -> str | None:
    """Return what is in the last answer tag that is not empty; None if there is no such tag."""
    lower = answer.casefold()
    if not any(f"{name}>" in lower for name in formats().answer_tags):
        return None
    pieces = _answer_tag().split(answer)  # text, "/" or "", text, ...
    inner = [piece.strip() for slash, piece in zip(pieces[1::2], pieces[2::2], strict=True) if not slash]
    return next((piece for piece in reversed(inner) if piece), None)


def _unknown(answer: str) -> str | None:
    """Return the first line or tag that looks like the beginning of a thought; None if nothing does."""
    known = formats().unknown
    line = _FIRST_LINE.match(answer)
    if line and line[1].strip().casefold() in known.first_lines and answer[line.end() :].strip():
        return f"the first line {line[0].strip()!r}"
    tag = _FIRST_TAG.match(answer)
    if tag is None or tag[1].casefold() in known.plain_tags:
        return None
    closing = answer.casefold().rfind(f"/{tag[1].casefold()}")
    after = closing >= tag.end() and bool(re.search(r"\w", answer[closing + len(tag[1]) + 1 :]))
    if closing < tag.end() or after or any(stem in tag[1].casefold() for stem in known.stems):
        return f"the tag {tag[0].strip()!r}"
    return None


@cache
def formats() -> Formats:
    """Load the formats."""
    return Formats.model_validate(
        yaml.safe_load(files("harness.text").joinpath("thoughts.yaml").read_text(encoding="utf-8"))
    )


@cache
def _phrases() -> list[tuple[re.Pattern[str], re.Pattern[str], bool]]:
    return [
        (re.compile(one.open, re.IGNORECASE), re.compile(one.close, re.IGNORECASE), one.needs_close)
        for one in formats().phrases
    ]


@cache
def _answer_tag() -> re.Pattern[str]:
    return re.compile(rf"<\s{{0,9}}(/?)\s{{0,9}}(?:{'|'.join(formats().answer_tags)})>", re.IGNORECASE)


def _marks(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield the use (o, c, e, a, d or t), the format, start and end of each marker."""
    lower = text.casefold()
    pattern = _pattern(tuple(needle for needle in _groups() if needle in lower))
    for found in pattern.finditer(text):
        use, form, _ = str(found.lastgroup).split("_")
        yield use, form, found.start(), found.end()


@cache
def _groups() -> dict[str, list[str]]:
    """Return the patterns of markers by a text that every answer with one of them holds.

    A group's name is its use, the number of its format and a number of its own.
    """
    known = formats()
    listed: list[tuple[str, str, int, str]] = []
    for number, tags in enumerate(known.tags):
        for name in tags.names:
            escaped = re.escape(name)
            opening = rf"<\s{{0,9}}{escaped}(?:\s[^<>]{{0,99}})?>|\[\s{{0,9}}{escaped}\s{{0,9}}\]"
            closing = rf"<\s{{0,9}}/\s{{0,9}}{escaped}\s{{0,9}}>|\[\s{{0,9}}/\s{{0,9}}{escaped}\s{{0,9}}\]"
            listed += [(name, "o", number, opening), (name, "c", number, closing)]
    for number, one in enumerate(known.markers, len(known.tags)):
        uses = {"o": one.open, "c": one.close, "e": one.end, "a": one.answer}
        listed += [(one.hint, use, number, pattern) for use, pattern in uses.items() if pattern]
    listed += [(text, "d", 0, re.escape(text)) for text in known.dropped]
    listed += [(text, "t", 0, re.escape(text)) for text in known.turn_end]
    groups: dict[str, list[str]] = {}
    for place, (needle, use, number, pattern) in enumerate(listed):
        groups.setdefault(needle, []).append(f"(?P<{use}_{number}_{place}>{pattern})")
    return groups


@lru_cache(maxsize=1024)
def _pattern(needles: tuple[str, ...]) -> re.Pattern[str]:
    groups = [group for needle in needles for group in _groups()[needle]]
    return re.compile("|".join(groups) if groups else r"(?!)", re.IGNORECASE)
