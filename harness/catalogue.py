"""What tasks there are, read from their YAMLs without lm-eval, so that listing them is instant.

`!function` values are kept as text; nothing a YAML names is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from va_extractor.errors import InputError

_PACKAGE = Path(__file__).parent
TASKS = _PACKAGE / "_tasks" if (_PACKAGE / "_tasks").is_dir() else _PACKAGE.parent / "tasks"


@dataclass(frozen=True)
class TaskInfo:
    """One task or group, as its YAML states it.

    Attributes:
        name: what `--tasks` names.
        title: one line.
        members: the tasks of a group; empty for a task.
        path: its YAML.
    """

    name: str
    title: str
    members: tuple[str, ...]
    path: Path


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader, which reads `!function a.b` as the text `a.b`."""


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("!function", _as_text)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one task YAML with what it includes; local keys win.

    Raises:
        InputError: the file or an included one is missing, is not YAML, or is no mapping; the message names the line.
    """
    return _read(path, ())


def find(include_paths: Sequence[Path] = ()) -> dict[str, TaskInfo]:
    """Find our tasks and groups and those in the given folders, by name.

    Raises:
        InputError: a folder is missing, a YAML is broken, or two YAMLs claim one name.
    """
    found: dict[str, TaskInfo] = {}
    for folder in [TASKS, *include_paths]:
        if not folder.is_dir():
            raise InputError(f"--include_path {folder}: no such folder")
        for path in sorted(folder.rglob("*.yaml")):
            info = _info(path)
            if info is not None and info.name in found and found[info.name].path.resolve() != path.resolve():
                raise InputError(f"{path}: key 'task': {info.name!r} is already named by {found[info.name].path}")
            if info is not None:
                found[info.name] = info
    return found


def _info(path: Path) -> TaskInfo | None:
    config = read_yaml(path)
    metadata = config.get("metadata") or {}
    title = str(metadata.get("title", "")) if isinstance(metadata, dict) else ""
    if "group" in config:
        members = config.get("task") or []
        named = [members] if isinstance(members, str) else members
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise InputError(f"{path}: key 'task': a group lists the names of its tasks")
        return TaskInfo(str(config["group"]), title, tuple(named), path)
    return TaskInfo(str(config["task"]), title, (), path) if "task" in config else None


def _read(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path in seen:
        raise InputError(f"{path}: key 'include': the file includes itself")
    try:
        config = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506  a subclass of the safe loader
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(config, dict):
        raise InputError(f"{path}: a task YAML is a mapping of keys, not {type(config).__name__}")
    includes = config.pop("include", [])
    includes = [includes] if isinstance(includes, str) else includes
    if not isinstance(includes, list) or not all(isinstance(include, str) for include in includes):
        raise InputError(f"{path}: key 'include': a file name or a list of them")
    merged: dict[str, Any] = {}
    for include in includes:
        merged.update(_read((path.parent / include).resolve(), (*seen, path)))
    return merged | config
