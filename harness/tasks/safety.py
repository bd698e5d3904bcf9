"""What a task YAML may name: functions of `harness.tasks.functions`, files in its folder, templates of the sandbox.

Names are checked as text before anything is imported. lm-eval gets the functions themselves and imports nothing that a
YAML names. With `trust_code`, `process_docs` may name a function of a file beside the YAML. Prompts stay templates, so
that they can be checked and hashed; the harness parses and scores the answers.
"""

from __future__ import annotations

import copy
import importlib.util
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
TRUSTED = "process_docs"
"""The only key that may name a function of a file beside the YAML."""
_ALLOWED = f"code of your own goes in {TRUSTED} only, with --trust-code"
FILTERS = ("lowercase", "remove_whitespace", "take_first", "uppercase")
_CODE_FILTERS = ("regex", "multi_choice_regex")
_MAX_OPTIONS = 4 * 1024 * 1024


def problems(source: Source, inside: Sequence[Path], *, trust_code: bool) -> Iterator[Problem]:
    """Find everything that a YAML names and may not.

    Args:
        source: the YAML.
        inside: the folders in which files it names may lie.
        trust_code: whether functions of a file beside it are allowed.
    """
    for location, name in _functions(source.values, ()):
        yield from _function(source, location, name, trust_code=trust_code)
    yield from _templates(source)
    yield from _options(source, inside)
    yield from _filters(source, trust_code=trust_code)


def parsed(name: object) -> tuple[str, str] | None:
    """Return kind and role of a function that a YAML may always name; None for everything else."""
    if not isinstance(name, Function) or name.rpartition(".")[0] != PACKAGE:
        return None
    return functions.parse(name.rpartition(".")[2])


def resolve(source: Source) -> dict[str, Any]:
    """Return the values of a sound YAML, with functions in place of their names.

    Raises:
        InputError: a module has no such function, or a trusted file cannot be imported.
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


def _function(
    source: Source, location: tuple[str | int, ...], name: Function, *, trust_code: bool
) -> Iterator[Problem]:
    key, ours = str(location[0]), parsed(name)
    if len(location) > 1 or key not in (TRUSTED, *ROLES):
        yield source.problem(
            location, "takes no function", f"write a value; {_ALLOWED}", code="unsafe", found=str(name)
        )
    elif key in ROLES and (ours is None or ours[1] not in ROLES[key]):
        hint = f"take {PACKAGE}.KIND_{' or KIND_'.join(ROLES[key])}, KIND one of {', '.join(names())}; {_ALLOWED}"
        code: Code = "unsafe" if ours is None else "conflict"
        yield source.problem(location, "no such function for this key", hint, code=code, found=str(name))
    elif key == TRUSTED and (beside := _beside(name, source.file_of(key))) is None:
        hint = "write FILE.FUNCTION, or remove the key"
        yield source.problem(
            location, "is no function of a Python file beside the YAML", hint, code="unsafe", found=str(name)
        )
    elif key == TRUSTED and beside and not trust_code:
        hint = "read that file, then give --trust-code if you trust it"
        yield source.problem(location, f"runs code of {beside.name}", hint, code="unsafe", found=str(name))


def _beside(name: Function, yaml: Path) -> Path | None:
    """Return the Python file beside the YAML that holds a function; None where there is none."""
    module, _, function = name.rpartition(".")
    if not module.isidentifier() or not function.isidentifier() or function.startswith("_"):
        return None
    path = yaml.parent / f"{module}.py"
    return path if lies_inside(path, [yaml.parent]) else None


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
        yield source.problem(at, what, "name a CSV beside the YAML", code=cast(Code, code), found=name)


def _filters(source: Source, *, trust_code: bool) -> Iterator[Problem]:
    pipelines = source.values.get("filter_list")
    for number, pipeline in enumerate(pipelines if isinstance(pipelines, list) else []):
        steps = pipeline.get("filter") if isinstance(pipeline, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            name = step.get("function") if isinstance(step, dict) else None
            location = ("filter_list", number, "filter", index, "function")
            if name in _CODE_FILTERS and not trust_code:
                what, hint = "its pattern may run without end", "remove the filter, or give --trust-code"
                yield source.problem(location, what, hint, code="unsafe", found=name)
            elif name not in (*FILTERS, *_CODE_FILTERS):
                hint = f"take one of {', '.join(FILTERS)}"
                yield source.problem(location, "no such filter", hint, code="unknown", found=name)


def _resolved(value: Any, yaml: Path, key: str) -> Any:
    if not isinstance(value, Function):
        return value
    name = value.rpartition(".")[2]
    module = functions if parsed(value) else _trusted(value, yaml)
    if not hasattr(module, name):
        raise InputError("no such function", code="unknown", file=yaml, field=key, found=str(value))
    return copy.deepcopy(getattr(module, name))


def _trusted(value: Function, yaml: Path) -> Any:
    path = _beside(value, yaml)
    spec = importlib.util.spec_from_file_location(f"vaemo_task_{abs(hash(path))}", path) if path else None
    if spec is None or spec.loader is None:
        raise InputError("no such file beside it", code="missing", file=yaml, field=TRUSTED, found=str(value))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # code of the user may raise anything
        raise InputError(f"{type(error).__name__}: {error}", code="unreadable", file=path) from error
    return module
