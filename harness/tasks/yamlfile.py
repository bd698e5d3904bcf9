"""One task YAML with what it includes: its values, and the file and line at which each stands.

A YAML is read as data only: `!function` values stay names (`Function`), nothing is imported, and what could exhaust
memory before it can be judged (aliases, deep nesting, huge files) is refused while it is still a stream of events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from va_extractor.common.errors import InputError
from va_extractor.common.plain_file import open_plain
from va_extractor.common.yamlfile import TAG_ERRORS

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
TAB = "indentation in YAML is spaces, never tabs"


class Function(str):
    """The name that `!function` gives; nothing is imported by reading it."""

    __slots__ = ()


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing, at one place.

    Attributes:
        path: the file.
        line: from 1.
        key: dotted, for example `metadata.labels`; `-` where no key is to blame.
        what: what is wrong.
        mend: what to do.
        error: False for a remark that fails nothing.
    """

    path: Path
    line: int
    key: str
    what: str
    mend: str
    error: bool = True

    def __str__(self) -> str:
        return printable(f"{self.path}:{self.line} {self.key}: {self.what}; {self.mend}")


@dataclass(frozen=True)
class Entry:
    """One top-level key: the file it stands in and its nodes."""

    path: Path
    key: yaml.ScalarNode
    value: yaml.Node


@dataclass
class Source:
    """A task YAML merged with its includes, local keys winning.

    Attributes:
        path: the YAML.
        values: what it says; `Function` for `!function`.
        entries: where each top-level key stands.
        findings: what is wrong with the text of the file or an included one.
    """

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def finding(self, location: Sequence[str | int], what: str, mend: str, *, error: bool = True) -> Finding:
        """Return a finding at the deepest part of `location` that the YAML has."""
        entry = self.entries.get(str(location[0])) if location else None
        key = ".".join(map(str, location)) or "-"
        if entry is None:
            return Finding(self.path, 1, key, what, mend, error)
        line, node = _line(entry.key), entry.value
        for part in location[1:]:
            inner = _step(node, part)
            if inner is None:
                break
            line, node = inner
        return Finding(entry.path, line, key, what, mend, error)

    def file_of(self, key: str) -> Path:
        """Return the file in which a top-level key stands."""
        return self.entries[key].path


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader, which reads `!function a.b` as the name `a.b`."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except TAG_ERRORS as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None


def _function(loader: _Loader, node: yaml.Node) -> Function:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "!function takes one name", node.start_mark)
    return Function(loader.construct_scalar(node))


_Loader.add_constructor("!function", _function)


def read(path: Path, inside: Sequence[Path]) -> Source:
    """Read a task YAML and what it includes; what is wrong is found, not raised.

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
        InputError: the first thing wrong, by file and line.
    """
    source = read(path, inside)
    if source.findings:
        raise InputError(str(source.findings[0]))
    return source


def printable(text: str) -> str:
    """Return one line without control characters, since a terminal obeys them and a YAML may hold any."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def lies_inside(path: Path, inside: Sequence[Path]) -> bool:
    """Tell whether a path, symbolic links followed, is a regular file in one of the folders."""
    real = path.resolve()
    return real.is_file() and any(real.is_relative_to(folder.resolve()) for folder in inside)


def _read(path: Path, inside: tuple[Path, ...], seen: tuple[Path, ...], source: Source) -> None:
    """Add a file's keys to `source`, over those of the files it includes."""
    try:
        with open_plain(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        source.findings.append(Finding(path, 1, "-", f"cannot be read: {error.strerror}", "check the path"))
        return
    if found := list(_refused(path, data)):
        source.findings += found
        return
    try:
        loader = _Loader(data)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        source.findings.append(_broken(path, error))
        return
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        what = f"a task YAML is a mapping of keys, not {type(values).__name__}"
        source.findings.append(Finding(path, 1, "-", what, "begin with `task: NAME`"))
        return
    source.findings += _doubled(path, node, "")
    entries = {key.value: Entry(path, key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    _include(values.pop("include", []), entries.pop("include", None), inside, (*seen, path.resolve()), source)
    source.values |= values
    source.entries |= entries


def _include(given: Any, entry: Entry | None, inside: tuple[Path, ...], seen: tuple[Path, ...], source: Source) -> None:
    if entry is None:
        return
    line = _line(entry.key)
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) and "\0" not in name for name in names):
        source.findings.append(
            Finding(entry.path, line, "include", "is no file name and no list of them", "write include: FILE.yaml")
        )
        return
    for name in names:
        target = (entry.path.parent / name).resolve()
        if target in seen:
            what, mend = f"{name} includes this file again", "break the circle"
        elif not target.is_file():
            what, mend = f"{name}: no such file", "name a YAML, relative to this one"
        elif not lies_inside(target, inside):
            what = f"{name} lies outside the task's folder"
            mend = "put it beside this file, or give the folder of both as --include_path"
        else:
            _read(target, inside, seen, source)
            continue
        source.findings.append(Finding(entry.path, line, "include", what, mend))


def _refused(path: Path, data: bytes) -> Iterator[Finding]:
    """Judge the text event by event, before anything is built from it."""
    if len(data) > MAX_BYTES:
        yield Finding(path, 1, "-", f"has more than {MAX_BYTES} bytes", "a task YAML is short")
        return
    depth = 0
    try:
        for event in yaml.parse(data, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                yield Finding(path, line, "-", f"the alias *{event.anchor} is not allowed", "write the value out")
                return
            if depth > MAX_DEPTH:
                yield Finding(path, line, "-", f"is nested more than {MAX_DEPTH} deep", "flatten it")
                return
    except (yaml.YAMLError, ValueError) as error:
        yield _broken(path, error)


def _broken(path: Path, error: Exception) -> Finding:
    line, what = 1, str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, yaml.MarkedYAMLError):
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = str(error.problem)
    mend = TAB if "token" in what else "mend the YAML there or in the line before"
    return Finding(path, line, "-", f"not valid YAML: {what}", mend)


def _doubled(path: Path, node: yaml.Node, prefix: str) -> Iterator[Finding]:
    """Find keys that stand twice in one mapping, of which YAML would silently keep the last."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), _line(key)
        if name in seen:
            what = f"stands twice, also in line {seen[name]}"
            yield Finding(path, line, prefix + name, what, "keep one of the two")
        seen[name] = line
        yield from _doubled(path, value, f"{prefix}{name}.")


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _step(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return _line(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return _line(node.value[part]), node.value[part]
    return None
