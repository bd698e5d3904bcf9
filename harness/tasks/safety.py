"""What a task YAML may name: functions of `harness.tasks.functions`, files in its folder, templates of the sandbox.

Names are checked as text before anything is imported. lm-eval gets the functions themselves and imports nothing that a
YAML names.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from harness.kinds import names
from harness.tasks import functions
from harness.tasks.prompts import sandbox
from harness.tasks.yamlfile import Function, Source, lies_inside
from va_extractor.common.errors import Code, InputError, Problem

PACKAGE = "harness.tasks.functions"
ROLES = {"custom_dataset": ("dataset", "indexed"), "process_results": ("score",), "metric_list": ("metrics",)}
_MAX_OPTIONS = 4 * 1024 * 1024


def problems(source: Source, inside: Sequence[Path]) -> Iterator[Problem]:
    """Find everything that a YAML names and may not.

    Args:
        source: the YAML.
        inside: the folders in which files it names may lie.
    """
    for location, name in _functions(source.values, ()):
        yield from _function(source, location, name)
    yield from _templates(source)
    yield from _options(source, inside)


def parsed(name: object) -> tuple[str, str] | None:
    """Return kind and role of a function that a YAML may always name; None for everything else."""
    if not isinstance(name, Function) or name.rpartition(".")[0] != PACKAGE:
        return None
    return functions.parse(name.rpartition(".")[2])


def resolve(source: Source) -> dict[str, Any]:
    """Return the values of a sound YAML, with functions in place of their names.

    Raises:
        InputError: there is no such function.
    """
    return {key: _resolved(value, source.file_of(key), key) for key, value in source.values.items()}


def _functions(value: Any, location: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Function]]:
    if isinstance(value, Function):
        yield location, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _functions(inner, (*location, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _functions(inner, (*location, index))


def _function(source: Source, location: tuple[str | int, ...], name: Function) -> Iterator[Problem]:
    key, ours = str(location[0]), parsed(name)
    if len(location) > 1 or key not in ROLES:
        yield source.problem(location, "takes no function", "write a value", code="unsafe", found=str(name))
    elif ours is None or ours[1] not in ROLES[key]:
        hint = f"take {PACKAGE}.KIND_{' or KIND_'.join(ROLES[key])}, KIND one of {', '.join(names())}"
        code: Code = "unsafe" if ours is None else "conflict"
        yield source.problem(location, "no such function for this key", hint, code=code, found=str(name))


def _templates(source: Source) -> Iterator[Problem]:
    for key, text in sandbox.template_texts(source.values):
        try:
            sandbox.check(text)
        except sandbox.BadTemplateError as fault:
            hint = "CONTRIBUTING.md says what a template may use"
            yield in_template(source, key, str(fault), hint, fault.line, code="unsafe")


def in_template(source: Source, key: str, what: str, hint: str, line: int, *, code: Code) -> Problem:
    """Return a problem at a line of a template; a block (`|`) begins in the line after its key."""
    block = getattr(source.entries[key].value, "style", None) in ("|", ">")
    return source.problem((key,), what, hint, code=code, down=line - (0 if block else 1))


def _options(source: Source, inside: Sequence[Path]) -> Iterator[Problem]:
    name = source.metadata.get("options")
    if not isinstance(name, str):
        return
    at = ("metadata", "options")
    try:
        path = source.path.parent / name
        fits, exists = lies_inside(path, inside), path.exists()
        size = path.stat().st_size if fits else 0
    except (OSError, ValueError):
        fits, exists, size = False, False, 0
    if size > _MAX_OPTIONS:
        what, hint = f"the file has {size} bytes, more than {_MAX_OPTIONS}", "a few options an item are enough"
        yield source.problem(at, what, hint, code="limit", found=name)
    if not fits:
        what, code = ("lies outside the task's folder", "unsafe") if exists else ("no such file", "missing")
        yield source.problem(at, what, "name a CSV next to the YAML", code=cast(Code, code), found=name)


def _resolved(value: Any, yaml: Path, key: str) -> Any:
    if not isinstance(value, Function):
        return value
    name = value.rpartition(".")[2]
    if not hasattr(functions, name):
        raise InputError("no such function", code="unknown", file=yaml, field=key, found=str(value))
    return copy.deepcopy(getattr(functions, name))
