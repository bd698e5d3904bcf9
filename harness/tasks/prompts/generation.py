"""Length of answers, by axes."""

from __future__ import annotations

from typing import Any

from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.languages import translated

LONG = 1024
"""Fewest tokens allowed for steps and an answer."""


def fitted(given: dict[str, Any], axes: Axes) -> dict[str, Any]:
    """Return generation arguments with room for the steps of the axes."""
    return {**given, "max_gen_toks": max(LONG, given["max_gen_toks"])} if axes.reasoning == "step_by_step" else given


def put(values: dict[str, Any], axes: Axes) -> None:
    """Replace the axes in the values of a task's YAML, with the prompt's language and the generation arguments."""
    before = Axes.model_validate(values["metadata"].get("axes") or {})
    if axes.language != before.language:
        values["doc_to_text"] = translated(values["doc_to_text"], axes.language)
    values["metadata"] = {**values["metadata"], "axes": axes.changed}
    if values.get("generation_kwargs"):
        values["generation_kwargs"] = fitted(values["generation_kwargs"], axes)
