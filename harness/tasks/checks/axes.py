"""Whether the prompt follows the axes that the task states, and where an answer ends goes with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from harness.tasks.prompts import sandbox
from harness.tasks.prompts.axes import NEEDS, Axes
from harness.tasks.prompts.generation import stop
from harness.tasks.prompts.languages import language_of
from harness.tasks.prompts.ready import READY, printed
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
    prompt = source.values.get("doc_to_text")
    if axes.language != "en" and isinstance(prompt, str) and language_of(prompt) not in (axes.language, None):
        what = f"the prompt is not in {axes.language}, the language of metadata.axes"
        yield source.problem(("doc_to_text",), what, "write it in that language (docs/axes.md)")
    strings = _strings(prompt)
    for name in axes.changed:
        if (needed := NEEDS.get(name, "values")) not in strings:
            what, hint = f"the prompt prints no {{{{ {needed} }}}}", "print it in doc_to_text (docs/axes.md)"
            yield source.problem(("metadata", "axes", name), what, hint, code="unsupported")
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


def _strings(template: Any) -> frozenset[str]:
    try:
        return printed(template) if isinstance(template, str) else frozenset()
    except sandbox.BadTemplateError:
        return READY  # `safety` reports it
