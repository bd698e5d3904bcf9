"""Ready strings: what a prompt template may print besides an item's own columns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypedDict

import numpy as np

from harness.tasks.prompts.axes import Axes, Dimension
from harness.tasks.prompts.content_free import ContentFreeValue
from harness.tasks.prompts.languages import definitions, stimuli, words
from harness.tasks.prompts.sandbox import names, render
from harness.text.languages import label_names

Values = Mapping[Dimension, float | ContentFreeValue]
Example = tuple[str, str]
_ENDS: dict[str, tuple[float, float]] = {"-1..1": (-1.0, 1.0), "0..1": (0.0, 1.0), "1..9": (1.0, 9.0),
                                         "percent": (0.0, 100.0)}  # fmt: skip
CUTS = (-0.6, -0.2, 0.2, 0.6)
"""Cut points of the grades on [-1, 1]: five intervals of equal width; the middle one includes both ends."""
_EXACT = 6


class Ready(TypedDict, total=False):
    """The ready strings, by the name that templates use. What an axis leaves out is empty.

    Attributes:
        emphasis: an emotional stimulus and a newline.
        scales: "two scales, each from -1.00 to 1.00".
        dimensions: name of each dimension, and the end of the sentence that says what it means:
            ": -1.00 is most unpleasant, ...".
        grades: the line about grades and a newline.
        n_values: "two values".
        dimension_names: "valence or arousal".
        options: the labels offered, separated by commas.
        reasoning: "Think step by step: ... a last line that reads "Answer:"".
        definitions: an empty line, then a line for each label.
        examples: values and answer of each example.
        values: a line for each dimension, "Valence: 0.50".
    """

    emphasis: str
    scales: str
    dimensions: list[tuple[Dimension, str]]
    grades: str
    n_values: str
    dimension_names: str
    options: str
    reasoning: str
    definitions: str
    examples: Sequence[Example]
    values: str


READY = frozenset(Ready.__annotations__)


def printed(template: str) -> frozenset[str]:
    """Return the names of the ready strings that a template prints.

    Raises:
        BadTemplateError: the template is refused.
    """
    return names(template) & READY


def ready(axes: Axes, values: Values, labels: tuple[str, ...], examples: Sequence[Example] = ()) -> Ready:
    """Return the ready strings of an item.

    Args:
        axes: how the prompt is put.
        values: in [-1, 1], by dimension.
        labels: those offered.
        examples: values and answer of each, as `shown_values` writes them.

    Raises:
        InputError: a label has no name in the language.
    """
    return {**_shared(axes, labels), "examples": examples, "values": shown_values(axes, values)}


def shown_values(axes: Axes, values: Values) -> str:
    """Return a line for each dimension, with its name and value."""
    known = words(axes.language)
    return "\n".join(f"{known.dimensions[name].name}{known.colon}{_value(axes, values[name])}" for name in axes.named)


def shuffled(labels: tuple[str, ...], seed: int | None) -> tuple[str, ...]:
    """Return labels in an order drawn from the seed and the labels; None leaves them as they are.

    The same labels have the same order in every prompt, so that back ends can reuse the part that prompts share.
    """
    if seed is None:
        return labels
    digest = hashlib.sha256("\0".join([str(seed), *labels]).encode()).digest()
    order = np.random.default_rng(int.from_bytes(digest[:8])).permutation(len(labels))
    return tuple(labels[index] for index in order)


@lru_cache(maxsize=1024)
def _shared(axes: Axes, labels: tuple[str, ...]) -> Ready:
    """Return the ready strings that are the same for all items with the same labels."""
    known, count = words(axes.language), len(axes.named)
    offered = shuffled(labels, axes.label_order)
    inline = [known.dimensions[name].inline for name in axes.named]
    stimulus = stimuli().get(axes.emphasis)
    defined = [f"\n{label}: {definitions()[label.casefold()]}" for label in offered] if axes.definitions else []
    return {
        "emphasis": f"{stimulus}\n" if stimulus else "",
        "scales": _scales(axes),
        "dimensions": [(name, _ends(axes, name)) for name in axes.named],
        "grades": "" if axes.va_format == "numeric" else f"{_grades(axes)}\n",
        "n_values": known.n_values[count],
        "dimension_names": known.separator.join(inline[:-1]) + known.or_ + inline[-1],
        "options": known.separator.join(label_names(offered, axes.language)),
        "reasoning": known.reasoning if axes.reasoning == "step_by_step" else "",
        "definitions": "".join(["\n", *defined]) if defined else "",
    }


def _scales(axes: Axes) -> str:
    known = words(axes.language)
    scales = known.scales[len(axes.named)]
    if not axes.say_scale:
        return scales
    return render(known.scales_said, {"scales": scales, "low": number(-1.0, axes), "high": number(1.0, axes)})


def _ends(axes: Axes, name: Dimension) -> str:
    known = words(axes.language)
    if not axes.say_scale:
        return known.ends
    low, middle, high = (number(value, axes) for value in (-1.0, 0.0, 1.0))
    named = {"least": known.dimensions[name].least, "neutral": known.neutral, "most": known.dimensions[name].most}
    return render(known.ends_said, {"low": low, "middle": middle, "high": high, **named})


def _grades(axes: Axes) -> str:
    known = words(axes.language)
    template = known.grades_said if axes.say_scale else known.grades_plain
    return render(template, {"grades": known.grades, "cuts": cut_points(axes)})


def _value(axes: Axes, value: float | ContentFreeValue) -> str:
    if isinstance(value, ContentFreeValue):
        return str(value)
    graded = words(axes.language).grades[grade(value)]
    if axes.va_format == "lexical":
        return graded
    shown = number(value, axes)
    return f"{shown} ({graded})" if axes.va_format == "both" else shown


def on_scale(value: float, scale: str) -> float:
    """Map a value in [-1, 1] onto a scale, linearly."""
    low, high = _ENDS[scale]
    return low + (value + 1.0) / 2.0 * (high - low) if scale != "-1..1" else value


def number(value: float, axes: Axes, *, decimals: int | None = None) -> str:
    """Write a value in [-1, 1] as a number on the scale of `axes`.

    With two decimals a negative number that rounds to zero keeps its sign, as in version 1.0 of the prompts.
    """
    places = axes.decimals if decimals is None else decimals
    shown = on_scale(value, axes.scale)
    text = f"{shown:.{places}f}" if places == 2 else f"{shown:z.{places}f}"
    return f"{text}%" if axes.scale == "percent" else text


def cut_points(axes: Axes) -> list[str]:
    """Write the four cut points with at least one decimal, so that all differ."""
    return [number(cut, axes, decimals=max(1, axes.decimals)) for cut in CUTS]


def grade(value: float) -> int:
    """Return the grade of a value in [-1, 1], from 0 (lowest) to 4. It is rounded first, since features are float32."""
    exact = round(value, _EXACT)
    return sum(exact >= cut for cut in CUTS[:2]) + sum(exact > cut for cut in CUTS[2:])
