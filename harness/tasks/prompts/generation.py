"""Stop texts and length of answers, by axes."""

from __future__ import annotations

from typing import Any

from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.languages import translated, words

LONG = 1024
"""Fewest tokens allowed for steps and an answer."""


def stop(axes: Axes) -> str | None:
    """Return the beginning of the next example, which ends an answer; None where a step may begin like it."""
    if axes.reasoning == "step_by_step":
        return None
    return f"\n{words(axes.language).dimensions[axes.named[0]].name}{words(axes.language).colon.rstrip()}"


def fitted(given: dict[str, Any], before: Axes, axes: Axes) -> dict[str, Any]:
    """Return generation arguments of the axes `before`, changed to those of `axes`."""
    kept = [text for text in given["until"] if text != stop(before)]
    wanted = stop(axes)
    long = {"max_gen_toks": max(LONG, given["max_gen_toks"])} if axes.reasoning == "step_by_step" else {}
    return {**given, **long, "until": kept if wanted is None else [*kept, wanted]}


def put(values: dict[str, Any], axes: Axes) -> None:
    """Replace the axes in the values of a task's YAML, with the prompt's language and the generation arguments."""
    before = Axes.model_validate(values["metadata"].get("axes") or {})
    if axes.language != before.language:
        values["doc_to_text"] = translated(values["doc_to_text"], axes.language)
    values["metadata"] = {**values["metadata"], "axes": axes.changed}
    if values.get("generation_kwargs"):
        values["generation_kwargs"] = fitted(values["generation_kwargs"], before, axes)
