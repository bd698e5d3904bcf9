"""The words of a prompt in each language, read from the YAML files beside this module."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from harness.tasks.prompts.axes import Asks, Dimension
from va_extractor.common.errors import InputError

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
Five = Annotated[tuple[str, ...], Field(min_length=5, max_length=5)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DimensionWords(_Model):
    """A dimension's name, at the start of a line and within a sentence, and what its two ends are."""

    name: str
    inline: str
    least: str
    most: str


class Reading(_Model):
    """What an answer in the language may hold beside the labels.

    Attributes:
        leads: words that stand before an answer and a colon.
        conjunctions: words between two labels of a list.
        not_before: words before a label that deny it.
        not_after: words after a label that deny it.
    """

    leads: tuple[str, ...]
    conjunctions: tuple[str, ...]
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()


class Words(_Model):
    """One language.

    Attributes:
        name: of the language, in English.
        scales: "two scales" and "three scales".
        values: "two values" and "three values".
        dimensions: by English name.
        neutral: what the middle of a scale is.
        colon: between a name and its value.
        separator: between the labels offered.
        or_: between the last two of several.
        scales_said: the scales with their ends.
        meaning: what a dimension says.
        meaning_said: the same with the numbers at its ends and middle.
        grades: from lowest to highest.
        grades_plain: that values are graded.
        grades_said: the same with the cut points.
        steps: that steps come first, and how the last line reads.
        thinking: the word before the steps.
        answer: the word before the answer after steps.
        labels: by English label in lower case, the words that name it; the first is shown.
        reading: None for English, which `harness.text.labels` reads.
        asks: the parts of the tasks that are translated.
    """

    name: str
    scales: dict[int, str]
    values: dict[int, str]
    dimensions: dict[Dimension, DimensionWords]
    neutral: str
    colon: str
    separator: str
    or_: str = Field(alias="or")
    scales_said: str
    meaning: str
    meaning_said: str
    grades: Five
    grades_plain: str
    grades_said: str
    steps: str
    thinking: str
    answer: str
    labels: dict[str, tuple[str, ...]] = {}
    reading: Reading | None = None
    asks: dict[str, Asks] = {}


@cache
def words(language: str) -> Words:
    """Return a language's words."""
    return Words.model_validate(_read(f"languages/{language}.yaml"))


@cache
def definitions() -> dict[str, str]:
    """Return what each label means, by label in lower case."""
    return {str(name): str(text) for name, text in _read("definitions.yaml").items()}


@cache
def stimuli() -> dict[str, str]:
    """Return the emotional stimuli by their number."""
    return {str(name): str(text) for name, text in _read("stimuli.yaml").items()}


def translated(asks: Asks, language: str) -> Asks:
    """Return what is asked in another language.

    Raises:
        InputError: it is not translated.
    """
    if language == "en":
        return asks
    found = words(language).asks.get(asks.translated or "")
    if found is None:
        known = ", ".join(words(language).asks)
        raise InputError(f"metadata.axes.language: what the task asks is not translated into {language}; {known} are")
    return found


def label_names(labels: tuple[str, ...], language: str) -> list[str]:
    """Return the word by which each label is shown.

    Raises:
        InputError: a label has none in the language.
    """
    if language == "en":
        return list(labels)
    known = words(language).labels
    for label in labels:
        if label.casefold() not in known:
            raise InputError(f"metadata.axes.language: the label {label!r} is not translated into {language}")
    return [known[label.casefold()][0] for label in labels]


def fill(text: str, **parts: str) -> str:
    """Put parts in the place of `{name}`, once over the text, so that nothing within a part is replaced."""
    return _PLACEHOLDER.sub(lambda match: parts[match[1]], text)


def _read(name: str) -> dict[object, object]:
    content = yaml.safe_load(files("harness.text").joinpath(name).read_text(encoding="utf-8"))
    return dict(content)
