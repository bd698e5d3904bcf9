"""The variants of a sweep, and the pairs of variants that each effect compares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from harness.tasks.prompts.axes import Axes, AxisValue, levels, value_of
from va_extractor.common.errors import InputError, nearest

ONE_AT_A_TIME = "one-at-a-time"
MOST = 500
"""Variants of a crossed design; rendering more takes minutes, running them days."""


@dataclass(frozen=True)
class Axis:
    """An axis with its levels in a sweep: the default, from the task, and others."""

    name: str
    default: AxisValue
    others: tuple[AxisValue, ...]

    @property
    def levels(self) -> tuple[AxisValue, ...]:
        """Every level, the default first."""
        return (self.default, *self.others)


@dataclass(frozen=True)
class Contrast:
    """A level, its axis' default, and the pairs of variants that differ in nothing else."""

    axis: str
    level: AxisValue
    default: AxisValue
    pairs: tuple[tuple[Axes, Axes], ...]


def parse(text: str, stated: Axes) -> tuple[Axis, ...]:
    """Parse `--axes`: `NAME` takes all values, `NAME=X|Y` those named; commas separate axes.

    Args:
        text: of the flag.
        stated: the axes of the task itself.

    Raises:
        InputError: an axis or a value does not exist, or an axis appears twice or has no other level.
    """
    found: dict[str, Axis] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, given, values = part.partition("=")
        if name not in Axes.model_fields:
            hint = nearest(name, Axes.model_fields, f"the axes are {', '.join(Axes.model_fields)}")
            raise InputError("no such axis", code="unknown", field="--axes", found=name, hint=hint)
        if name in found:
            raise InputError("appears twice", code="duplicate", field="--axes", found=name)
        wanted = [_value(name, value.strip()) for value in values.split("|")] if given else list(levels(name))
        default = getattr(stated, name)
        others = tuple(value for value in dict.fromkeys(wanted) if value != default)
        if not others:
            raise InputError("names only the level of the task", code="conflict", field="--axes", found=part)
        found[name] = Axis(name, default, others)
    if not found:
        raise InputError("names no axis", code="missing", field="--axes", hint="docs/axes.md lists them")
    return tuple(found.values())


def cells(axes: Sequence[Axis], stated: Axes, design: str) -> list[Axes]:
    """Return every variant of a design, that of the task first.

    Raises:
        InputError: a crossed design has more than `MOST` variants.
    """
    if design == ONE_AT_A_TIME:
        return [stated, *(_put(stated, {axis.name: level}) for axis in axes for level in axis.others)]
    number = math.prod(len(axis.levels) for axis in axes)
    if number > MOST:
        raise InputError(
            f"a crossed design has at most {MOST} variants", code="limit", field="--axes", found=number,
            hint="name levels (scale=0..1|percent), or use fewer axes or --design one-at-a-time",
        )  # fmt: skip
    names = [axis.name for axis in axes]
    return [_put(stated, dict(zip(names, row, strict=True))) for row in product(*(axis.levels for axis in axes))]


def contrasts(axes: Sequence[Axis], found: Sequence[Axes]) -> list[Contrast]:
    """Return a contrast for each level that is not a default."""
    return [
        Contrast(axis.name, level, axis.default, tuple(_pairs(axis, level, found)))
        for axis in axes
        for level in axis.others
    ]


def shown(value: AxisValue) -> str:
    """Format a level as in `--axes`."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def described(changed: Mapping[str, AxisValue]) -> str:
    """Format the differences from the prompt's default as in `--axes`."""
    return ", ".join(f"{name}={shown(value)}" for name, value in changed.items()) or "the prompt's default"


def _pairs(axis: Axis, level: AxisValue, found: Sequence[Axes]) -> list[tuple[Axes, Axes]]:
    known = set(found)
    at_level = [one for one in found if getattr(one, axis.name) == level]
    pairs = [(one, _put(one, {axis.name: axis.default})) for one in at_level]
    return [(one, other) for one, other in pairs if other in known]


def _put(stated: Axes, values: dict[str, Any]) -> Axes:
    return stated.model_copy(update=values)


def _value(name: str, text: str) -> AxisValue:
    try:
        value: AxisValue = value_of(name, text)
    except ValidationError as error:
        raise InputError(
            f"no such value of {name}", code="unknown", field="--axes", found=text, hint=error.errors()[0]["msg"]
        ) from None
    return value
