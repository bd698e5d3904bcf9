"""Putting a prompt together: emphasis, premise, scales, question, definitions, examples, and last the values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from harness.tasks.prompts.axes import Asks, Axes, Dimension
from harness.tasks.prompts.content_free import Nothing
from harness.tasks.prompts.values import cut_points, grade, number
from harness.text.languages import Words, definitions, fill, label_names, stimuli, translated, words


@dataclass(frozen=True)
class Given:
    """What of an item a prompt shows: its values in [-1, 1] by dimension (or tokens), and the labels offered."""

    values: dict[Dimension, float | Nothing]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """An item with the answer to it, in the form a model is to give."""

    given: Given
    answer: str


class Prompt(Protocol):
    """A prompt as a function of the item and the examples shown before it."""

    def __call__(self, given: Given, examples: Sequence[Example] = ()) -> str:
        """Return the prompt."""


def shuffled(labels: tuple[str, ...], seed: int | None) -> tuple[str, ...]:
    """Return the labels in the order in which they are offered: one drawn from seed and labels; None changes nothing.

    The same labels come in the same order in every prompt, so that back ends can keep the part that prompts share.
    """
    if seed is None:
        return labels
    digest = hashlib.sha256("\0".join([str(seed), *labels]).encode()).digest()
    order = np.random.default_rng(int.from_bytes(digest[:8])).permutation(len(labels))
    return tuple(labels[index] for index in order)


def writer(asks: Asks, axes: Axes) -> Prompt:
    """Return how to write a task's prompts.

    Raises:
        InputError: what is asked, or a label, has no words in the language.
    """
    return _Writer(translated(asks, axes.language), axes, words(axes.language))


@dataclass(frozen=True)
class _Writer:
    asks: Asks
    axes: Axes
    words: Words

    def __call__(self, given: Given, examples: Sequence[Example] = ()) -> str:
        shown = "".join(f"{self._values(one.given)}\n{self._answered(one.answer)}\n\n" for one in examples)
        cue = self.words.thinking if self._in_steps else self.asks.cue
        return f"{self._front(given.labels)}\n\n{shown}{self._values(given)}\n{cue}{self.words.colon.rstrip()}"

    @property
    def _in_steps(self) -> bool:
        return self.axes.reasoning == "step_by_step"

    def _front(self, labels: tuple[str, ...]) -> str:
        """Return all that stands before examples and values."""
        said, count = self.axes.say_scale, len(self.axes.named)
        low, high = (number(end, self.axes) for end in (-1.0, 1.0))
        scales = self.words.scales[count]
        lines = [
            stimuli().get(self.axes.emphasis),
            fill(self.asks.premise, scales=fill(self.words.scales_said, scales=scales, low=low, high=high)
                 if said else scales),
            *(self._meaning(name) for name in self.axes.named),
            None if self.axes.va_format == "numeric" else self._grades(),
            self._question(labels),
        ]  # fmt: skip
        paragraphs = ["\n".join(line for line in lines if line)]
        if self.axes.definitions:
            known = definitions()
            offered = shuffled(labels, self.axes.label_order)
            paragraphs.append("\n".join(f"{label}: {known[label.casefold()]}" for label in offered))
        return "\n\n".join(paragraphs)

    def _meaning(self, name: Dimension) -> str:
        named = self.words.dimensions[name]
        what = str(getattr(self.asks, name))
        if not self.axes.say_scale:
            return fill(self.words.meaning, name=named.name, what=what)
        low, middle, high = (number(value, self.axes) for value in (-1.0, 0.0, 1.0))
        return fill(
            self.words.meaning_said, name=named.name, what=what, low=low, middle=middle, high=high,
            least=named.least, neutral=self.words.neutral, most=named.most,
        )  # fmt: skip

    def _grades(self) -> str:
        names = {str(place): name for place, name in enumerate(self.words.grades)}
        if not self.axes.say_scale:
            return fill(self.words.grades_plain, **names)
        return fill(self.words.grades_said, **names, **dict(zip("abcd", cut_points(self.axes), strict=True)))

    def _question(self, labels: tuple[str, ...]) -> str:
        inline = [self.words.dimensions[name].inline for name in self.axes.named]
        parts = {
            "values": self.words.values[len(self.axes.named)],
            "names": self.words.separator.join(inline[:-1]) + self.words.or_ + inline[-1],
            "labels": self._labels(labels),
        }
        if self._in_steps:
            parts["form"] = fill(self.words.steps, final=fill(self.asks.final or "", **parts))
        else:
            parts["form"] = fill(self.asks.form or "", **parts)
        question = fill(self.asks.question, **parts)
        return question if "{form}" in self.asks.question or not self._in_steps else f"{question}\n{parts['form']}"

    def _labels(self, labels: tuple[str, ...]) -> str:
        return self.words.separator.join(label_names(shuffled(labels, self.axes.label_order), self.axes.language))

    def _values(self, given: Given) -> str:
        named, colon = self.words.dimensions, self.words.colon
        offered = [f"{self.asks.offer}{colon}{self._labels(given.labels)}"] if self.asks.offer else []
        values = [f"{named[name].name}{colon}{self._value(given.values[name])}" for name in self.axes.named]
        return "\n".join([*offered, *values])

    def _value(self, value: float | Nothing) -> str:
        if isinstance(value, Nothing):
            return str(value)
        graded = self.words.grades[grade(value)]
        if self.axes.va_format == "lexical":
            return graded
        shown = number(value, self.axes)
        return f"{shown} ({graded})" if self.axes.va_format == "both" else shown

    def _answered(self, answer: str) -> str:
        return f"{self.words.answer if self._in_steps else self.asks.cue}{self.words.colon}{answer}"
