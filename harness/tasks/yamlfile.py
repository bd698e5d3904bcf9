"""One task YAML with what it includes: its values, and the file and line of each key.

A YAML is read as data only: `!function` values stay names (`Function`) and nothing is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from va_extractor.common.errors import Code, InputError, Problem
from va_extractor.common.files import open_plain
from va_extractor.common.plain_text import one_line
from va_extractor.common.yamlfile import MAX_BYTES, Loader, line_at, line_of, parse


class Function(str):
    """The name that `!function` gives; reading it imports nothing."""

    __slots__ = ()


@dataclass(frozen=True)
class Entry:
    """One top-level key: its file and its nodes."""

    path: Path
    key: yaml.ScalarNode
    value: yaml.Node


@dataclass
class Source:
    """A task YAML merged with its includes; local keys win.

    Attributes:
        path: the YAML.
        values: what it says; `Function` for `!function`.
        entries: file and nodes of each top-level key.
        problems: what is wrong with the text of the file or of an included one.
    """

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def metadata(self) -> dict[str, Any]:
        """The task's `metadata`; empty where it is missing or no mapping."""
        found = self.values.get("metadata")
        return found if isinstance(found, dict) else {}

    def problem(
        self,
        location: Sequence[str | int],
        what: str,
        hint: str,
        *,
        code: Code = "conflict",
        found: object = None,
        down: int = 0,
        remark: bool = False,
    ) -> Problem:
        """Return a problem at the deepest part of `location` that the YAML has.

        Args:
            location: key, inner keys and places in lists.
            what: as in `Problem`, like `hint`, `code`, `found` and `remark`.
            hint: what to do.
            code: which kind of problem it is.
            found: the value found there.
            down: lines below the key.
            remark: whether it is only worth knowing.
        """
        entry = self.entries.get(str(location[0])) if location else None
        name = one_line(".".join(map(str, location))) or None
        if entry is None:
            return Problem(what, code, self.path, 1, name, found, hint, remark)
        line = line_at(entry.value, location[1:]) or line_of(entry.key)
        return Problem(what, code, entry.path, line + down, name, found, hint, remark)

    def file_of(self, key: str) -> Path:
        """Return the file that states a top-level key."""
        return self.entries[key].path


class _Loader(Loader):
    """Reads `!function a.b` as the name `a.b`."""


def _function(loader: _Loader, node: yaml.Node) -> Function:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "!function takes one name", node.start_mark)
    return Function(loader.construct_scalar(node))


_Loader.add_constructor("!function", _function)


def read(path: Path, inside: Sequence[Path]) -> Source:
    """Read a task YAML and what it includes; problems are listed, not raised.

    Args:
        path: the YAML.
        inside: folders in which included files may lie.
    """
    source = Source(path)
    _read(path, tuple(folder.resolve() for folder in inside), (), source)
    return source


def read_or_raise(path: Path, inside: Sequence[Path]) -> Source:
    """Read a task YAML.

    Raises:
        InputError: the first problem.
    """
    source = read(path, inside)
    if source.problems:
        raise InputError.of(source.problems[0])
    return source


def lies_inside(path: Path, inside: Sequence[Path]) -> bool:
    """Return whether a path, symbolic links followed, is a regular file in one of the folders."""
    real = path.resolve()
    return real.is_file() and any(real.is_relative_to(folder.resolve()) for folder in inside)


def _read(path: Path, inside: tuple[Path, ...], seen: tuple[Path, ...], source: Source) -> None:
    """Add a file's keys to `source`, over those of the files it includes."""
    try:
        with open_plain(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        source.problems.append(Problem(f"cannot be read: {error.strerror}", "unreadable", path, 1))
        return
    parsed = parse(data, path, _Loader)
    source.problems += parsed.problems
    node, values = parsed.node, parsed.value
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        if not parsed.problems:
            what = "must be a mapping of keys"
            source.problems.append(Problem(what, "type", path, 1, hint="begin with `task: NAME`"))
        return
    entries = {key.value: Entry(path, key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    _include(values.pop("include", []), entries.pop("include", None), inside, (*seen, path.resolve()), source)
    source.values |= values
    source.entries |= entries


def _include(given: Any, entry: Entry | None, inside: tuple[Path, ...], seen: tuple[Path, ...], source: Source) -> None:
    if entry is None:
        return
    at: tuple[Path, int, str] = (entry.path, line_of(entry.key), "include")
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) and "\0" not in name for name in names):
        source.problems.append(Problem("is no file name and no list of them", "type", *at, hint="write include: FILE"))
        return
    for name in names:
        target = (entry.path.parent / name).resolve()
        if target in seen:
            problem = Problem("includes this file again", "conflict", *at, name, "remove one of the includes")
        elif not target.is_file():
            problem = Problem("no such file", "missing", *at, name, "name a YAML, relative to this one")
        elif not lies_inside(target, inside):
            hint = "move it next to this file, or give the folder of both as --include_path"
            problem = Problem("lies outside the task's folder", "unsafe", *at, name, hint)
        else:
            _read(target, inside, seen, source)
            continue
        source.problems.append(problem)
