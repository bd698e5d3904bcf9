"""What tasks there are, read from their YAMLs without lm-eval, so that listing them is instant.

`!function` values are kept as text; nothing a YAML names is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.tasks.yamlfile import printable, read_or_raise
from va_extractor.common.errors import InputError

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
    """Find our tasks and groups and those in the given folders, by name.

    Raises:
        InputError: a folder is missing, a YAML is broken, or two YAMLs claim one name.
    """
    found: dict[str, TaskInfo] = {}
    for folder in [TASKS, *include_paths]:
        if not folder.is_dir():
            raise InputError(f"--include_path {folder}: no such folder")
        for path in sorted(path for path in folder.rglob("*.yaml") if path.is_file()):
            info = _info(path, folder)
            if info is not None and info.name in found and found[info.name].path.resolve() != path.resolve():
                raise InputError(f"{path}: key 'task': {info.name!r} is already named by {found[info.name].path}")
            if info is not None:
                found[info.name] = info
    return found


def _info(path: Path, folder: Path) -> TaskInfo | None:
    config = read_or_raise(path, [folder, TASKS]).values
    metadata = config.get("metadata") or {}
    title = printable(str(metadata.get("title", ""))) if isinstance(metadata, dict) else ""
    if "group" in config:
        members = config.get("task") or []
        named = [members] if isinstance(members, str) else members
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise InputError(f"{path}: key 'task': a group lists the names of its tasks")
        return TaskInfo(printable(str(config["group"])), title, tuple(map(printable, named)), path, folder)
    return TaskInfo(printable(str(config["task"])), title, (), path, folder) if "task" in config else None
