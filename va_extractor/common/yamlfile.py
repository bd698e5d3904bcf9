"""Read YAML as data, with the file, line and field of every problem.

Huge files, deep nesting and aliases are refused before anything is built from the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from va_extractor.common.errors import InputError, Problem
from va_extractor.common.files import open_plain, reading
from va_extractor.common.plain_text import one_line

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12

T = TypeVar("T")


class Loader(yaml.CSafeLoader):
    """PyYAML's safe loader; a value that does not fit its tag (`!!bool maybe`, an impossible date) is a YAML error."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None


@dataclass(frozen=True)
class Parsed:
    """A YAML text.

    Attributes:
        node: its root; None where there is none.
        value: its value; None where it cannot be built.
        problems: what is wrong with the text.
    """

    node: yaml.Node | None
    value: Any
    problems: tuple[Problem, ...]

    def line(self, location: Sequence[str | int]) -> int | None:
        """Return the line of the deepest part of `location` that the text has; None without any."""
        return None if self.node is None else line_at(self.node, location)


def read_yaml(path: Path, shape: type[T], example: Path | None = None) -> T:
    """Read a small YAML file and validate it.

    Args:
        path: the file; UTF-8.
        shape: a pydantic model, or whatever else pydantic validates.
        example: a file of this form, for the hint.

    Raises:
        InputError: the file cannot be read, is not YAML, gives a key twice, or does not fit `shape`.
    """
    from pydantic import TypeAdapter, ValidationError

    from va_extractor.common.errors import invalid

    with reading(path), open_plain(path) as file:
        text = file.read(MAX_BYTES + 1).decode()
    parsed = parse(text, path)
    if parsed.problems:
        raise InputError.of(parsed.problems[0])
    try:
        return TypeAdapter(shape).validate_python(parsed.value)
    except ValidationError as error:
        hint = f"{example} shows the form" if example and example != path else None
        raise invalid(error, file=path, line=parsed.line(error.errors()[0]["loc"]), hint=hint) from None


def parse(text: str | bytes, file: Path, loader: type[Loader] = Loader) -> Parsed:
    """Parse a YAML text; problems are listed, not raised.

    Args:
        text: at most `MAX_BYTES` are accepted.
        file: where it is from.
        loader: how tags are read.
    """
    if found := _refused(text, file):
        return Parsed(None, None, (found,))
    try:
        engine = loader(text)
        node = engine.get_single_node()
        value = engine.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError) as error:
        return Parsed(None, None, (_broken(error, file),))
    return Parsed(node, value, tuple(_repeated(node, file, "")))


def line_of(node: yaml.Node) -> int:
    """Return the line of a node, from 1."""
    return node.start_mark.line + 1 if node.start_mark else 1


def line_at(node: yaml.Node, location: Sequence[str | int]) -> int | None:
    """Return the line of the deepest part of `location` below a node; None if it has not even the first."""
    line = None
    for part in location:
        inner = _step(node, part)
        if inner is None:
            break
        line, node = inner
    return line


def _refused(text: str | bytes, file: Path) -> Problem | None:
    """Check the text event by event, before anything is built from it."""
    if len(text) > MAX_BYTES:
        return Problem(f"has more than {MAX_BYTES} bytes", "limit", file, 1)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                return Problem(
                    f"the alias *{event.anchor} is not allowed", "unsafe", file, line, hint="write the value"
                )
            if depth > MAX_DEPTH:
                return Problem(f"is nested more than {MAX_DEPTH} deep", "limit", file, line, hint="flatten it")
    except (yaml.YAMLError, ValueError) as error:
        return _broken(error, file)
    return None


def _broken(error: Exception, file: Path) -> Problem:
    line, what = 1, str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, yaml.MarkedYAMLError):
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = str(error.problem)
    hint = "the fault is there or in the line before"
    if isinstance(error, yaml.reader.ReaderError):
        hint = "save the file as UTF-8 text"
    elif "token" in what or " tab " in what:
        hint = "indent with spaces, not tabs"
    return Problem(f"not valid YAML: {what}", "unreadable", file, line, hint=hint)


def _repeated(node: yaml.Node | None, file: Path, prefix: str) -> Iterator[Problem]:
    """Find keys that appear twice in one mapping; YAML would keep the last."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), line_of(key)
        if name in seen:
            what = f"appears twice, also in line {seen[name]}"
            yield Problem(what, "duplicate", file, line, one_line(prefix + name), hint="keep one of the two")
        seen[name] = line
        yield from _repeated(value, file, f"{prefix}{name}.")


def _step(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return line_of(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return line_of(node.value[part]), node.value[part]
    return None
