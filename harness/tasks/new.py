"""Create a task from another one: a folder with a complete YAML, a README to fill in, and the schema."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from harness.tasks import catalogue
from harness.tasks.schema import SCHEMA, TaskYaml, schema_text
from harness.tasks.yamlfile import Function, read_or_raise
from va_extractor.common.errors import InputError, nearest

MODELINE = "# yaml-language-server: $schema="
_README = """\
# {name}

Made from `{parent}`. Say in two sentences what the question is and what a high score means.

- Literature: what the question comes from.
- Gap: what no other task here measures.
- Source and licence of the data.
- Main scores: `baseline:uniform`, `baseline:majority`, `baseline:prototype`, and one small model.
- Versions: `version` rises when the prompt, the data or a metric changes; say here what changed.
"""


class _Dumper(yaml.SafeDumper):
    """Write prompts as blocks and function names with their tag."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    block = "\n" in text.strip()
    style = "|" if block and text == text.lstrip() else '"' if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _name(dumper: yaml.SafeDumper, name: Function) -> yaml.Node:
    return dumper.represent_scalar("!function", str(name))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Function, _name)


def create(name: str, parent: str, into: Path) -> Path:
    """Create `<into>/<name>/` with a YAML that states everything `parent` states, without includes.

    Args:
        name: of the new task.
        parent: a task that ships.
        into: the folder in which the new one is made.

    Returns:
        The new YAML.

    Raises:
        InputError: the name is invalid or taken, there is no such parent, or the folder cannot be made.
    """
    known = catalogue.find()
    tasks = [task for task, info in known.items() if not info.members]
    if not name.isascii() or not name.isidentifier() or name.startswith("_"):
        raise InputError("use letters, digits and _ only, a letter first", code="type", field="NAME", found=name)
    if name in known:
        raise InputError(f"the name is taken by {known[name].path}", code="duplicate", field="NAME", found=name)
    if parent not in tasks:
        hint = nearest(parent, tasks, "`vaemo-eval ls tasks` lists them")
        raise InputError("no such task", code="unknown", field="--from", found=parent, hint=hint)
    folder = into / name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", code="unwritable", file=folder) from None
    info = known[parent]
    values = _ordered(read_or_raise(info.path, [info.root]).values)
    values |= {"task": name}
    metadata: dict[str, Any] = dict(values["metadata"])
    values["metadata"] = metadata | {"version": 1.0, "title": f"Made from {parent}; say in one line what it asks."}
    if "options" in metadata:
        shutil.copyfile(info.path.parent / metadata["options"], folder / Path(metadata["options"]).name)
    path = folder / f"{name}.yaml"
    path.write_text(f"{MODELINE}{_schema_beside(folder)}\n{dump(values)}", encoding="utf-8")
    (folder / "README.md").write_text(_README.format(name=name, parent=parent), encoding="utf-8")
    return path


def dump(values: dict[str, Any]) -> str:
    """Return a task's values as YAML: short lists and mappings on one line, prompts as blocks."""
    text = yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return re.sub(r"!function '([\w.]+)'", r"!function \1", text)


def _ordered(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys in the order of the model, without empty ones."""
    order = list(TaskYaml.model_fields)
    return {key: values[key] for key in order if values.get(key) is not None}


def _schema_beside(folder: Path) -> str:
    """Return the path of the schema: the committed one within a checkout, else a copy in the folder."""
    committed = catalogue.TASKS.parent / "docs" / SCHEMA
    if committed.is_file() and folder.resolve().is_relative_to(catalogue.TASKS.parent.resolve()):
        return Path(os.path.relpath(committed, folder)).as_posix()
    (folder / SCHEMA).write_text(schema_text(), encoding="utf-8")
    return SCHEMA
