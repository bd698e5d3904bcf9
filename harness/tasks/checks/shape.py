"""Keys and types: the merged YAML against the models of `harness.tasks.schema`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.tasks.prompts.axes import Axes
from harness.tasks.schema import GenerationKwargs, GroupMetadata, GroupYaml, Metadata, TaskYaml
from harness.tasks.yamlfile import Source
from va_extractor.common.errors import Code, Problem, nearest

_FOREIGN = {
    "dataset_path": ("the dataset is not pinned and has no provenance", "include one of tasks/_base/*.yaml"),
    "class": ("a task is no Python class here", "name functions of harness.tasks.functions"),
    "filter_list": ("the harness parses answers", "remove the key"),
    "process_docs": ("a task brings no code", "take a derivation (metadata.derive)"),
    "tag": ("a tag can replace another task's name", "list the task in a group"),
    "unsafe_code": ("a task runs no code that a model wrote", "remove the key"),
    "use_prompt": ("prompts come from no other package", "write the prompt in doc_to_text"),
}
_ALIKE = 0.7
_INNER: dict[str, type[BaseModel]] = {
    "metadata": Metadata,
    "axes": Axes,
    "generation_kwargs": GenerationKwargs,
}
_NAMES = {dict: "a mapping", list: "a list", str: "a text", bool: "a truth value", type(None): "empty"}


def problems(source: Source) -> Iterator[Problem]:
    """Find unknown keys, wrong types and missing keys, one problem a key.

    A file that names neither task nor group is there to be included, and may leave out any key.
    """
    group = "group" in source.values
    model: type[BaseModel] = GroupYaml if group else TaskYaml
    try:
        model.model_validate(source.values)
    except ValidationError as error:
        found = error.errors()
    else:
        found = []
    unknown = [str(one["loc"][-1]) for one in found if one["type"] == "extra_forbidden"]
    seen = set()
    for one in found:
        missing = one["type"] == "missing"
        misspelt = missing and get_close_matches(str(one["loc"][-1]), unknown, n=1, cutoff=_ALIKE)
        location = _within(source.values, one["loc"], missing=missing)
        if misspelt or (missing and not group and "task" not in source.values) or location in seen:
            continue
        seen.add(location)  # each member of a union objects to a wrong type
        yield _problem(source, location, one, model)
    yield from _generation(source, source.values.get("generation_kwargs"))


def _problem(source: Source, location: Sequence[str | int], one: ErrorDetails, model: type[BaseModel]) -> Problem:
    name = str(location[-1]) if location else ""
    found: object = None
    code: Code
    match one["type"]:
        case "missing":
            what, code, hint = "is missing", "missing", "add it, or include one of tasks/_base/*.yaml that has it"
        case "extra_forbidden" if name in _FOREIGN and len(location) == 1:
            (what, hint), code = _FOREIGN[name], "unsafe"
        case "extra_forbidden":
            known = sorted(_model_at(location, model).model_fields)
            what, code = "unknown key", "unknown"
            hint = nearest(name, known, f"the keys are {', '.join(known)}")
        case "is_instance_of":
            what, code, hint = "is no function", "type", "write !function harness.tasks.functions.KIND_ROLE"
        case "too_long" | "too_short":
            least, most = one["ctx"].get("min_length"), one["ctx"].get("max_length")
            what, code = f"has {one['ctx']['actual_length']} entries", "range"
            hint = f"give at most {most}" if least is None else f"give at least {least}"
        case _:
            what, code, hint = _of_value(one)
            found = None if isinstance(one["input"], dict | list) else one["input"]
    return source.problem(location, what, hint, code=code, found=found)


def _of_value(one: ErrorDetails) -> tuple[str, Code, str]:
    given, wanted = one["input"], one["msg"].removeprefix("Input should be ")
    what = f"is {_NAMES.get(type(given), type(given).__name__)}"
    if one["type"] == "string_pattern_mismatch":
        return "is no name", "type", "use letters, digits and _ only, a letter first"
    if one["type"] == "string_type" and isinstance(given, bool | int | float):
        return what, "type", "put it in quotes: YAML does not read it as a text"
    if wanted.startswith(("greater", "less")):
        return what, "range", f"give a value {wanted}"
    return what, "type", f"give {wanted}"


def _model_at(location: Sequence[str | int], model: type[BaseModel]) -> type[BaseModel]:
    """Return the model of the mapping that holds the last key of `location`."""
    if len(location) < 2:
        return model
    if model is GroupYaml:
        return GroupMetadata
    return _INNER.get(str(location[-2]), _INNER.get(str(location[0]), model))


def _generation(source: Source, given: Any) -> Iterator[Problem]:
    """Find what each back end would read in its own way."""
    if not isinstance(given, dict):
        return
    at = ("generation_kwargs",)
    sample, temperature = given.get("do_sample"), given.get("temperature")
    if sample is True and not temperature:
        what = f"answers are sampled, but the temperature is {'0' if temperature == 0 else 'missing'}"
        yield source.problem((*at, "do_sample"), what, "write do_sample: false, or a temperature above 0")
    if not sample and isinstance(temperature, int | float) and temperature > 0:
        what, hint = "answers are not sampled", "write do_sample: true, or temperature: 0.0"
        yield source.problem((*at, "temperature"), what, hint, found=temperature)
    until = given.get("until")
    for number, text in enumerate(until if isinstance(until, list) else []):
        if text == "":
            yield source.problem((*at, "until", number), "an empty text ends every answer at once", "remove it")


def _within(values: Any, location: Sequence[str | int], *, missing: bool) -> tuple[str | int, ...]:
    """Drop from pydantic's location what is no key or index of the YAML: the names of a union's members."""
    kept: list[str | int] = []
    for part in location:
        named = isinstance(values, dict) and part in values
        if named or (isinstance(values, list) and isinstance(part, int) and part < len(values)):
            values = values[part]
            kept.append(part)
    return (*kept, location[-1]) if missing else tuple(kept)
