"""What a task asks, in parts (`Asks`), and how the prompt around it may vary (`Axes`)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

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
"""Axes whose examples must be in the prompt itself: lm-eval's own (`--num_fewshot`) show plain English answers."""
_PLACEHOLDERS = ("scales", "values", "names", "labels", "form")
_BRACES = re.compile(r"\{(.*?)\}")

Part = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Axes(BaseModel):
    """How a prompt is put; every default is the prompt as the task states it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    va_format: Literal["numeric", "lexical", "both"] = Field("numeric", description="numbers, five grades, or both")
    scale: Literal["-1..1", "0..1", "1..9", "percent"] = Field("-1..1", description="the scale that values stand on")
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
    emphasis: Emphasis = Field("none", description="emotional stimulus in front, by its number in the literature")

    @property
    def named(self) -> tuple[Dimension, ...]:
        """The dimensions, in the order in which they are given."""
        first: tuple[Dimension, ...] = ("valence", "arousal") if self.order == "VA" else ("arousal", "valence")
        return (*first, "dominance") if self.dimensions == "VAD" else first

    @property
    def changed(self) -> dict[str, AxisValue]:
        """The axes that differ from the default, by name."""
        return {name: value for name, value in self if value != DEFAULTS[name]}


DEFAULT = Axes()
DEFAULTS: dict[str, AxisValue] = dict(DEFAULT)


class Asks(BaseModel):
    """What a task asks, in the parts from which its prompt is put together.

    Parts may hold `{scales}` ("two scales, each from -1.00 to 1.00"), `{values}` ("two values"), `{names}` ("valence
    or arousal"), `{labels}` and `{form}`, each once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    premise: Part = Field(description="what was measured; holds {scales}")
    valence: Part = Field(description="what valence says")
    arousal: Part = Field(description="what arousal says")
    dominance: Part | None = Field(None, description="what dominance says, where the source has it")
    question: Part = Field(description="what is asked; holds {labels} unless `offer` shows them, and {form} if any")
    form: Part | None = Field(None, description="the form of a direct answer")
    final: Part | None = Field(None, description="what an answer consists of, for the last line after steps")
    cue: Part = Field(description="the word before the answer")
    offer: Part | None = Field(None, description="the word before labels that differ by item")
    translated: Part | None = Field(None, description="the name of these parts in harness/text/languages")

    @field_validator("*")
    @classmethod
    def _known_placeholders(cls, value: str | None) -> str | None:
        for name in (found := _BRACES.findall(value or "")):
            if name not in _PLACEHOLDERS:
                raise ValueError(
                    f"there is no {{{name}}}; there are {', '.join(f'{{{one}}}' for one in _PLACEHOLDERS)}"
                )
            if found.count(name) > 1:
                raise ValueError(f"{{{name}}} stands there twice")
        return value


class DatasetKwargs(BaseModel):
    """What lm-eval hands to the dataset function beside `metadata`; included files pass it on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    asks: Asks


def levels(name: str) -> tuple[AxisValue, ...]:
    """Return the values of an axis that a sweep takes where none are named."""
    field = Axes.model_fields[name]
    some: dict[str, tuple[AxisValue, ...]] = {
        "decimals": tuple(range(5)), "label_order": (None, 1, 2, 3), "shots": (1, 2, 4, 8)
    }  # fmt: skip
    return some.get(name) or ((False, True) if field.annotation is bool else get_args(field.annotation))


def value_of(name: str, text: str) -> Any:
    """Read an axis value as a command line gives it.

    Raises:
        ValueError: the axis has no such value.
    """
    plain: Any = {"null": None, "true": True, "false": False}.get(text, text)
    if name in ("decimals", "shots", "label_order") and text.isdigit():
        plain = int(text)
    return getattr(Axes.model_validate({name: plain}), name)
