"""Axes: what may vary in the prompt around a question, and the ready string that each needs."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from harness.record import Language

Dimension = Literal["valence", "arousal", "dominance"]
Emphasis = Literal[
    "none",
    "EP01", "EP02", "EP03", "EP04", "EP05", "EP06", "EP07", "EP08", "EP09", "EP10", "EP11",
    "NP01", "NP02", "NP03", "NP04", "NP05", "NP06", "NP07", "NP08", "NP09", "NP10",
]  # fmt: skip
AxisValue = str | int | bool | None
LANGUAGES: tuple[Language, ...] = get_args(Language)
ALONE = ("language", "reasoning", "fewshot")
"""Axes that do not go with `--num_fewshot`, since lm-eval's own examples are English answers without steps."""
NEEDS = {
    "va_format": "grades", "say_scale": "scales", "label_order": "options", "definitions": "definitions",
    "fewshot": "examples", "reasoning": "reasoning", "emphasis": "emphasis",
}  # fmt: skip
"""The ready string by which a prompt follows an axis; for all other axes, `values`."""


class Axes(BaseModel):
    """How a prompt varies; the defaults give the prompt of version 1.0."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    va_format: Literal["numeric", "lexical", "both"] = Field("numeric", description="numbers, five grades, or both")
    scale: Literal["-1..1", "0..1", "1..9", "percent"] = Field("-1..1", description="the scale of the values")
    say_scale: bool = Field(True, description="whether the prompt states the scale's ends and middle")
    decimals: int = Field(2, ge=0, le=4, description="decimals of every number")
    order: Literal["VA", "AV"] = Field("VA", description="which dimension comes first")
    dimensions: Literal["VA", "VAD"] = Field("VA", description="whether dominance is given too")
    label_order: int | None = Field(None, ge=0, description="seed by which the offered labels are shuffled")
    definitions: bool = Field(False, description="whether each label is defined")
    fewshot: Literal["none", "random", "nearest"] = Field("none", description="examples from the train split")
    shots: int = Field(4, ge=1, le=32, description="how many examples, where there are any")
    reasoning: Literal["direct", "step_by_step"] = Field("direct", description="whether steps come before the answer")
    language: Language = Field("en", description="language of the whole prompt")
    emphasis: Emphasis = Field("none", description="emotional stimulus at the start, by its number in the literature")

    @property
    def named(self) -> tuple[Dimension, ...]:
        """The dimensions, in the order of the prompt."""
        first: tuple[Dimension, ...] = ("valence", "arousal") if self.order == "VA" else ("arousal", "valence")
        return (*first, "dominance") if self.dimensions == "VAD" else first

    @property
    def changed(self) -> dict[str, AxisValue]:
        """The axes that differ from the default, by name."""
        return {name: value for name, value in self if value != DEFAULTS[name]}


DEFAULT = Axes()
DEFAULTS: dict[str, AxisValue] = dict(DEFAULT)


def levels(name: str) -> tuple[AxisValue, ...]:
    """Return the values of an axis that a sweep takes if none are named."""
    field = Axes.model_fields[name]
    some: dict[str, tuple[AxisValue, ...]] = {
        "decimals": tuple(range(5)), "label_order": (None, 1, 2, 3), "shots": (1, 2, 4, 8)
    }  # fmt: skip
    return some.get(name) or ((False, True) if field.annotation is bool else get_args(field.annotation))


def value_of(name: str, text: str) -> Any:
    """Parse an axis value of a command line.

    Raises:
        ValueError: the axis has no such value.
    """
    plain: Any = {"null": None, "true": True, "false": False}.get(text, text)
    if name in ("decimals", "shots", "label_order") and text.isdigit():
        plain = int(text)
    return getattr(Axes.model_validate({name: plain}), name)
