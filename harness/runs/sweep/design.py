"""Which variants a sweep asks, and which of them an axis' effect compares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from harness.tasks.documents import nearest
from harness.tasks.prompts.axes import Axes, AxisValue, levels, value_of
from va_extractor.common.errors import InputError

ONE_AT_A_TIME = "one-at-a-time"
MOST = 500
"""Variants of a crossed design: rendering so many takes minutes already, asking them days."""


@dataclass(frozen=True)
class Axis:
    """An axis with the levels a sweep takes: the default, which is what the task states, and others."""

    name: str
    default: AxisValue
    others: tuple[AxisValue, ...]

    @property
    def levels(self) -> tuple[AxisValue, ...]:
        """Every level, the default first."""
        return (self.default, *self.others)


@dataclass(frozen=True)
class Contrast:
    """A level against its axis' default: pairs of variants that differ in nothing else."""

    axis: str
    level: AxisValue
    default: AxisValue
    pairs: tuple[tuple[Axes, Axes], ...]


def parse(text: str, stated: Axes) -> tuple[Axis, ...]:
    """Read `--axes`: names separated by commas, each with values after `=`, separated by `|`, or with all of them.

    Args:
        text: as given.
        stated: the axes of the task itself.

    Raises:
        InputError: an axis or a value does not exist, an axis stands there twice, or has no other level.
    """
    found: dict[str, Axis] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, given, values = part.partition("=")
        if name not in Axes.model_fields:
            known = list(Axes.model_fields)
            raise InputError(f"--axes {name}: no such axis{nearest(name, known)}; there are {', '.join(known)}")
        if name in found:
            raise InputError(f"--axes {name}: stands there twice")
        wanted = [_value(name, value.strip()) for value in values.split("|")] if given else list(levels(name))
        default = getattr(stated, name)
        others = tuple(value for value in dict.fromkeys(wanted) if value != default)
        if not others:
            raise InputError(f"--axes {part}: no level but the task's own, {shown(default)}")
        found[name] = Axis(name, default, others)
    if not found:
        raise InputError("--axes: names no axis; docs/axes.md lists them")
    return tuple(found.values())


def cells(axes: Sequence[Axis], stated: Axes, design: str) -> list[Axes]:
    """Return every variant of a design, the task's own first.

    Raises:
        InputError: a crossed design has more than `MOST` variants.
    """
    if design == ONE_AT_A_TIME:
        return [stated, *(_put(stated, {axis.name: level}) for axis in axes for level in axis.others)]
    number = math.prod(len(axis.levels) for axis in axes)
    if number > MOST:
        raise InputError(
            f"--axes: a crossed design of {number} variants; {MOST} are the most: name levels (scale=0..1|percent), "
            "leave axes out, or take --design one-at-a-time"
        )
    names = [axis.name for axis in axes]
    return [_put(stated, dict(zip(names, row, strict=True))) for row in product(*(axis.levels for axis in axes))]


def contrasts(axes: Sequence[Axis], found: Sequence[Axes]) -> list[Contrast]:
    """Return each level of each axis against the default, over all pairs of variants that the design holds."""
    return [
        Contrast(axis.name, level, axis.default, tuple(_pairs(axis, level, found)))
        for axis in axes
        for level in axis.others
    ]


def shown(value: AxisValue) -> str:
    """Write a level as `--axes` takes it."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def described(changed: Mapping[str, AxisValue]) -> str:
    """Write what differs from the prompt's default, as `--axes` takes it."""
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
        mend = error.errors()[0]["msg"].replace("Input should be", "it should be")
        raise InputError(f"--axes {name}={text}: no such value; {mend}") from None
    return value
