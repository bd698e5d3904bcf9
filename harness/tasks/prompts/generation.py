"""Where an answer ends: stop texts and length that go with the axes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from harness.tasks.prompts import sandbox
from harness.tasks.prompts.axes import Axes
from harness.tasks.yamlfile import Finding, Source
from harness.text.languages import words

LONG = 1024
"""Tokens that steps and an answer have at least."""


def stop(axes: Axes) -> str | None:
    """Return how the next example would begin, which ends an answer; None where steps may begin their lines so."""
    if axes.reasoning == "step_by_step":
        return None
    return f"\n{words(axes.language).dimensions[axes.named[0]].name}{words(axes.language).colon.rstrip()}"


def fitted(given: dict[str, Any], before: Axes, axes: Axes) -> dict[str, Any]:
    """Return generation arguments that went with the axes `before`, changed so that they go with `axes`."""
    kept = [text for text in given["until"] if text != stop(before)]
    wanted = stop(axes)
    long = {"max_gen_toks": max(LONG, given["max_gen_toks"])} if axes.reasoning == "step_by_step" else {}
    return {**given, **long, "until": kept if wanted is None else [*kept, wanted]}


def put(values: dict[str, Any], axes: Axes) -> None:
    """Put axes in the place of those that a task's values state."""
    before = Axes.model_validate(values["metadata"].get("axes") or {})
    values["metadata"] = {**values["metadata"], "axes": axes.changed}
    if values.get("generation_kwargs"):
        values["generation_kwargs"] = fitted(values["generation_kwargs"], before, axes)


def findings(source: Source) -> Iterator[Finding]:
    """Find axes that the prompt does not follow, and generation arguments that do not go with them."""
    metadata, given = source.values.get("metadata"), source.values.get("generation_kwargs")
    stated = metadata.get("axes") if isinstance(metadata, dict) else None
    if not stated:
        return
    try:
        axes = Axes.model_validate(stated)
    except ValidationError:
        return  # told by the check of keys and types
    if not _shows_prompt(source.values.get("doc_to_text")):
        what = "the task takes none, since its prompt is written out in doc_to_text"
        mend = 'write doc_to_text: "{{ prompt }}" and say in dataset_kwargs.asks what is asked (docs/axes.md)'
        yield source.finding(("metadata", "axes"), what, mend)
    if isinstance(given, dict) and isinstance(given.get("until"), list):
        yield from _endings(source, given, axes)


def _endings(source: Source, given: dict[str, Any], axes: Axes) -> Iterator[Finding]:
    wanted, other = stop(axes), stop(axes.model_copy(update={"reasoning": "direct"}))
    if wanted is not None and wanted not in given["until"]:
        what = f"lacks {wanted!r}, by which the next example would begin"
        yield source.finding(("generation_kwargs", "until"), what, "add it")
    if wanted is None and {other, stop(Axes())} & set(given["until"]):
        what = f"holds {other!r}, by which a step may begin"
        yield source.finding(("generation_kwargs", "until"), what, "include ../_base/step_by_step.yaml")


def _shows_prompt(text: Any) -> bool:
    try:
        return isinstance(text, str) and (text == "prompt" or "prompt" in sandbox.names(text))
    except sandbox.BadTemplateError:
        return True  # told by the check of templates
