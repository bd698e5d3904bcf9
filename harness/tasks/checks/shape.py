"""Keys and types: the merged YAML against the models of `harness.tasks.schema`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.tasks.documents import nearest
from harness.tasks.prompts.axes import Asks, Axes, DatasetKwargs
from harness.tasks.schema import FilterPipeline, GenerationKwargs, GroupMetadata, GroupYaml, Metadata, TaskYaml
from harness.tasks.yamlfile import Finding, Source

_FOREIGN = {
    "dataset_path": (
        "a dataset of its own is not pinned and has no provenance",
        "take documents from VA features: include one of tasks/_base/*.yaml",
    ),
    "class": ("a task is no Python class here", "name functions of harness.tasks.functions"),
    "tag": ("a tag can take the place of another task's name", "list the task in a group"),
    "unsafe_code": ("a task runs no code that a model wrote", "take the key out"),
    "use_prompt": ("prompts come from no other package", "write the prompt in doc_to_text"),
}
_ALIKE = 0.7
_INNER: dict[str, type[BaseModel]] = {
    "metadata": Metadata,
    "axes": Axes,
    "dataset_kwargs": DatasetKwargs,
    "asks": Asks,
    "generation_kwargs": GenerationKwargs,
    "filter_list": FilterPipeline,
}


def findings(source: Source, *, complete: bool = True) -> Iterator[Finding]:
    """Find unknown keys, wrong types and what is missing.

    A file that names neither task nor group is there to be included, and may leave out what it likes.

    Args:
        source: the YAML.
        complete: whether what is missing is a fault.
    """
    group = "group" in source.values
    model: type[BaseModel] = GroupYaml if group else TaskYaml
    whole = complete and (group or "task" in source.values)
    problems: list[ErrorDetails] = []
    try:
        model.model_validate(source.values)
    except ValidationError as error:
        problems = error.errors()
    unknown = [str(problem["loc"][-1]) for problem in problems if problem["type"] == "extra_forbidden"]
    for problem in problems:
        missing = problem["type"] == "missing"
        misspelt = missing and get_close_matches(str(problem["loc"][-1]), unknown, n=1, cutoff=_ALIKE)
        if not misspelt and (whole or not missing):
            yield _finding(source, _within(source.values, problem["loc"], missing=missing), problem, model)
    yield from _traps(source)


def _finding(source: Source, location: Sequence[str | int], problem: ErrorDetails, model: type[BaseModel]) -> Finding:
    name = str(location[-1]) if location else ""
    if problem["type"] == "missing":
        return source.finding(location, "is missing", "add it, or include one of tasks/_base/*.yaml that has it")
    if problem["type"] == "extra_forbidden":
        if name in _FOREIGN and len(location) == 1:
            return source.finding(location, *_FOREIGN[name])
        inner = _INNER.get(str(location[0]), model) if len(location) > 1 else model
        inner = _INNER.get(str(location[-2]), inner) if len(location) > 2 else inner
        if model is GroupYaml and len(location) > 1:
            inner = GroupMetadata
        known = list(inner.model_fields)
        return source.finding(
            location, f"unknown key{nearest(name, known)}", f"the keys are {', '.join(sorted(known))}"
        )
    if problem["type"] == "is_instance_of":
        return source.finding(location, "is no function", "write !function harness.tasks.functions.KIND.NAME")
    if problem["type"] == "string_pattern_mismatch":
        mend = "letters, digits and _ only, a letter first" if name in ("task", "group") else "letters, digits, - and _"
        return source.finding(location, f"{problem['input']!r} is no name", mend)
    return source.finding(location, *_of_value(problem))


def _of_value(problem: ErrorDetails) -> tuple[str, str]:
    """Say in the words of a YAML what pydantic says of a wrong value, and how to mend it."""
    if problem["type"] in ("too_long", "too_short"):
        least, most = problem["ctx"].get("min_length"), problem["ctx"].get("max_length")
        mend = f"give at most {most}" if least is None else f"give at least {least}"
        return (f"has {problem['ctx']['actual_length']} entries", mend)
    wanted = problem["msg"].removeprefix("Input should be ")
    mend = f"give a value {wanted}" if wanted.startswith(("greater", "less")) else f"give {wanted}"
    if problem["type"] == "string_type" and isinstance(problem["input"], bool | int | float):
        mend = "put it in quotes, since YAML does not read it as a text"
    return (f"is {_kind(problem['input'])}", mend)


def _traps(source: Source) -> Iterator[Finding]:
    """Find what has a meaning of its own in lm-eval and is never meant."""
    yield from _generation(source, source.values.get("generation_kwargs"))
    shots = source.values.get("num_fewshot")
    if shots and "fewshot_split" not in source.values:
        yield source.finding(("num_fewshot",), "there is no split to show examples from", "add fewshot_split: train")


def _generation(source: Source, given: Any) -> Iterator[Finding]:
    """Find what back ends would each read in their own way."""
    if not isinstance(given, dict):
        return
    sample, temperature = given.get("do_sample"), given.get("temperature")
    if sample is True and not temperature:
        what = "answers are to be drawn at random, but the temperature " + (
            "is 0" if temperature == 0 else "is not said"
        )
        yield source.finding(
            ("generation_kwargs", "do_sample"), what, "write do_sample: false, or a temperature above 0"
        )
    if not sample and isinstance(temperature, int | float) and temperature > 0:
        what = f"the temperature is {temperature:g}, but answers are not to be drawn at random"
        yield source.finding(("generation_kwargs", "temperature"), what, "write do_sample: true, or temperature: 0.0")
    until = given.get("until")
    for number, text in enumerate(until if isinstance(until, list) else []):
        if text == "":
            what = "an empty text ends every answer at once"
            yield source.finding(("generation_kwargs", "until", number), what, "take it out")


def _within(values: Any, location: Sequence[str | int], *, missing: bool) -> tuple[str | int, ...]:
    """Drop from pydantic's location what is no key or index of the YAML: the names of a union's members."""
    kept: list[str | int] = []
    for part in location:
        named = isinstance(values, dict) and part in values
        if named or (isinstance(values, list) and isinstance(part, int) and part < len(values)):
            values = values[part]
            kept.append(part)
    return (*kept, location[-1]) if missing else tuple(kept)


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "a truth value", type(None): "empty"}
    shown = "" if isinstance(value, dict | list) or value is None else f" ({str(value)[:40]!r})"
    return f"{names.get(type(value), type(value).__name__)}{shown}"
