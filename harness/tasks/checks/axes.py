"""Whether the prompt follows the axes that the task states, and where an answer ends goes with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from harness.tasks.prompts import sandbox
from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.generation import stop
from harness.tasks.yamlfile import Source
from va_extractor.common.errors import Problem


def problems(source: Source) -> Iterator[Problem]:
    """Find axes that the prompt does not follow, and stop texts that do not go with them."""
    given, stated = source.values.get("generation_kwargs"), source.metadata.get("axes")
    if not stated:
        return
    try:
        axes = Axes.model_validate(stated)
    except ValidationError:
        return  # `shape` reports it
    if not _shows_prompt(source.values.get("doc_to_text")):
        what = "the task takes none: its prompt is written out in doc_to_text"
        hint = 'write doc_to_text: "{{ prompt }}" and say in dataset_kwargs.asks what is asked (docs/axes.md)'
        yield source.problem(("metadata", "axes"), what, hint)
    if isinstance(given, dict) and isinstance(given.get("until"), list):
        yield from _stops(source, given["until"], axes)


def _stops(source: Source, until: list[Any], axes: Axes) -> Iterator[Problem]:
    at, wanted = ("generation_kwargs", "until"), stop(axes)
    if wanted is not None and wanted not in until:
        yield source.problem(at, f"lacks {wanted!r}, which begins the next example", "add it", code="missing")
    for other in {stop(axes.model_copy(update={"reasoning": "direct"})), stop(Axes())} & set(until):
        if wanted is None:
            hint = "include ../_base/step_by_step.yaml"
            yield source.problem(at, "holds a text that may begin a step", hint, found=other)


def _shows_prompt(text: Any) -> bool:
    try:
        return isinstance(text, str) and (text == "prompt" or "prompt" in sandbox.names(text))
    except sandbox.BadTemplateError:
        return True  # `safety` reports it
