"""Tasks and groups by name, read from their YAMLs without lm-eval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.tasks.yamlfile import Source, read_or_raise
from va_extractor.common.errors import InputError, Problem
from va_extractor.common.plain_text import one_line

_PACKAGE = Path(__file__).parents[1]
TASKS = _PACKAGE / "_tasks" if (_PACKAGE / "_tasks").is_dir() else _PACKAGE.parent / "tasks"


@dataclass(frozen=True)
class TaskInfo:
    """One task or group, as its YAML states it.

    Attributes:
        name: what `--tasks` names.
        title: one line.
        members: the tasks of a group; empty for a task.
        path: its YAML.
        root: the folder in which the files it names may lie.
    """

    name: str
    title: str
    members: tuple[str, ...]
    path: Path
    root: Path


def find(include_paths: Sequence[Path] = ()) -> dict[str, TaskInfo]:
    """Find the tasks and groups that ship and those in the given folders, by name.

    Raises:
        InputError: a folder is missing, a YAML is broken, or two YAMLs have one name.
    """
    found = dict(_shipped())
    for folder in include_paths:
        if not folder.is_dir():
            raise InputError("no such folder", code="missing", field="--include_path", found=str(folder))
        _add(folder, found)
    return found


@cache
def _shipped() -> dict[str, TaskInfo]:
    """Read what ships once: the files of a package do not change while it runs."""
    found: dict[str, TaskInfo] = {}
    _add(TASKS, found)
    return found


def _add(folder: Path, found: dict[str, TaskInfo]) -> None:
    for path in sorted(path for path in folder.rglob("*.yaml") if path.is_file()):
        source = read_or_raise(path, [folder, TASKS])
        info = _info(source, folder)
        other = found.setdefault(info.name, info) if info else None
        if other and (problem := taken(source, other.path)):
            raise InputError.of(problem)


def taken(source: Source, other: Path) -> Problem | None:
    """Return that the name of a task or group belongs to another YAML; None where `other` is the same file."""
    if other.resolve() == source.path.resolve():
        return None
    key = "group" if "group" in source.values else "task"
    what, hint = f"the name is taken by {other}", "take another name"
    return source.problem((key,), what, hint, code="duplicate", found=source.values[key])


def _info(source: Source, folder: Path) -> TaskInfo | None:
    values, title = source.values, one_line(str(source.metadata.get("title", "")), 1000)
    if "group" in values:
        members = values.get("task") or []
        named = [members] if isinstance(members, str) else members
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            what, hint = "a group lists the names of its tasks", "write task: [NAME, NAME]"
            raise InputError.of(source.problem(("task",), what, hint, code="type"))
        return TaskInfo(one_line(str(values["group"])), title, tuple(map(one_line, named)), source.path, folder)
    return TaskInfo(one_line(str(values["task"])), title, (), source.path, folder) if "task" in values else None
