"""What a task YAML may name: functions of `harness.tasks.functions`, files in its folder, templates of the sandbox.

Names are checked as text, before anything is imported; lm-eval is then handed values that were resolved here, so that
it imports nothing that a YAML names. With `trust_code`, `process_docs` may name a function of a file beside the YAML;
prompts stay templates, so that they can be checked and hashed, and answers are read and scored by the harness.
"""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.tasks.prompts import sandbox
from harness.tasks.yamlfile import Finding, Function, Source, lies_inside
from va_extractor.common.errors import InputError

PACKAGE = "harness.tasks.functions"
ROLES = {"custom_dataset": ("dataset", "indexed"), "process_results": ("score",), "metric_list": ("metrics",)}
TRUSTED = "process_docs"
"""The only key that may name a function of a file beside the YAML."""
_ALLOWED = f"code of your own goes in {TRUSTED} only, with --trust-code"
FILTERS = ("lowercase", "remove_whitespace", "take_first", "uppercase")
_CODE_FILTERS = ("regex", "multi_choice_regex")
_MAX_OPTIONS = 4 * 1024 * 1024
_FOLDER = Path(__file__).parent / "functions"


def findings(source: Source, inside: Sequence[Path], *, trust_code: bool) -> Iterator[Finding]:
    """Find everything that a YAML names and may not.

    Args:
        source: the YAML.
        inside: the folders in which files it names may lie.
        trust_code: whether functions of a file beside the YAML are allowed.
    """
    for location, name in _functions(source.values, ()):
        yield from _function(source, location, name, trust_code=trust_code)
    yield from _templates(source)
    yield from _options(source, inside)
    yield from _filters(source, trust_code=trust_code)


def kinds() -> list[str]:
    """Return the modules of `harness.tasks.functions`, one a kind of question."""
    return sorted(path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_"))


def is_ours(name: str) -> bool:
    """Tell whether a name is that of a function a YAML may always name."""
    package, _, rest = name.rpartition(".")[0].rpartition(".")
    allowed = {inner for names in ROLES.values() for inner in names}
    return package == PACKAGE and rest in kinds() and name.rpartition(".")[2] in allowed


def resolve(source: Source) -> dict[str, Any]:
    """Return the values of a YAML without findings, every function name replaced by the function.

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
) -> Iterator[Finding]:
    key = str(location[0])
    if len(location) > 1 or key not in (TRUSTED, *ROLES):
        yield source.finding(location, f"the function {name!r} has no place here", f"write a value; {_ALLOWED}")
        return
    if is_ours(name) and key in ROLES:
        if name.rpartition(".")[2] not in ROLES[key]:
            yield source.finding(
                location, f"{name!r} is not made for this key", f"take .{' or .'.join(ROLES[key])} of the same module"
            )
        elif not hasattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]):
            yield source.finding(location, f"there is no function {name!r}", "log-likelihood forms take .dataset there")
        return
    if key in ROLES:
        ours = f"{PACKAGE}.{{{','.join(kinds())}}}.{{{','.join(ROLES[key])}}}"
        mend = f"take one of {ours}; {_ALLOWED}"
        yield source.finding(location, f"there is no function {name!r} for this key", mend)
        return
    beside = _beside(name, source.file_of(key))
    if beside is None:
        what = f"{name!r} is no function of a Python file beside the YAML"
        yield source.finding(location, what, "write FILE.FUNCTION, or take the key out")
    elif not trust_code:
        yield source.finding(
            location, f"{name!r} runs code of {beside.name}", "read that file, then give --trust-code if you trust it"
        )


def _beside(name: Function, yaml: Path) -> Path | None:
    """Return the Python file beside the YAML that a name means; None where it means none."""
    module, _, function = name.rpartition(".")
    if not module.isidentifier() or not function.isidentifier() or function.startswith("_"):
        return None
    path = yaml.parent / f"{module}.py"
    return path if lies_inside(path, [yaml.parent]) else None


def _templates(source: Source) -> Iterator[Finding]:
    for key, text in sandbox.template_texts(source.values):
        if isinstance(text, Function):
            continue
        try:
            sandbox.check(text)
        except sandbox.BadTemplateError as fault:
            yield in_template(source, key, str(fault), "CONTRIBUTING.md says what a template may use", fault.line)


def in_template(source: Source, key: str, what: str, mend: str, line: int) -> Finding:
    """Return a finding at a line of a template, which begins in the line after its key where it is a block (`|`)."""
    at = source.finding((key,), what, mend)
    node = source.entries[key].value
    block = getattr(node, "style", None) in ("|", ">")
    return Finding(at.path, at.line + line - (0 if block else 1), key, what, mend)


def _options(source: Source, inside: Sequence[Path]) -> Iterator[Finding]:
    metadata = source.values.get("metadata")
    name = metadata.get("options") if isinstance(metadata, dict) else None
    if not isinstance(name, str):
        return
    try:
        path = source.path.parent / name
        fits = lies_inside(path, inside)
        exists = path.exists()
        size = path.stat().st_size if fits else 0
    except (OSError, ValueError):
        fits = exists = False
        size = 0
    if size > _MAX_OPTIONS:
        what = f"{name!r} has {size} bytes, more than {_MAX_OPTIONS}"
        yield source.finding(("metadata", "options"), what, "a few options an item are enough")
    if not fits:
        what = f"{name!r} lies outside the task's folder" if exists else f"{name!r}: no such file"
        yield source.finding(("metadata", "options"), what, "name a CSV beside the YAML")


def _filters(source: Source, *, trust_code: bool) -> Iterator[Finding]:
    pipelines = source.values.get("filter_list")
    for number, pipeline in enumerate(pipelines if isinstance(pipelines, list) else []):
        steps = pipeline.get("filter") if isinstance(pipeline, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            name = step.get("function") if isinstance(step, dict) else None
            location = ("filter_list", number, "filter", index, "function")
            if name in _CODE_FILTERS and not trust_code:
                what = f"the pattern of a {name} filter may run without end"
                yield source.finding(location, what, "leave answers to the parser, or give --trust-code")
            elif name not in (*FILTERS, *_CODE_FILTERS):
                yield source.finding(location, f"there is no filter {name!r}", f"take one of {', '.join(FILTERS)}")


def _resolved(value: Any, yaml: Path, key: str) -> Any:
    if not isinstance(value, Function):
        return value
    module_name, _, name = value.rpartition(".")
    module = import_module(module_name) if is_ours(value) else _trusted(value, yaml)
    if not hasattr(module, name):
        raise InputError(f"{yaml}: key '{key}': {module_name} has no function {name!r}")
    return copy.deepcopy(getattr(module, name))


def _trusted(value: Function, yaml: Path) -> Any:
    path = _beside(value, yaml)
    spec = importlib.util.spec_from_file_location(f"vaemo_task_{abs(hash(path))}", path) if path else None
    if spec is None or spec.loader is None:
        raise InputError(f"{yaml}: {value!r}: no such file beside it")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the user's own code raises whatever it likes
        raise InputError(f"{path}: {type(error).__name__}: {error}") from error
    return module
