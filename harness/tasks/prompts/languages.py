"""Words and translated prompts of each language, from the YAML files in `languages/`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from harness.record import Language
from harness.tasks import catalogue
from harness.tasks.prompts.axes import LANGUAGES, Dimension
from harness.tasks.yamlfile import read_or_raise
from va_extractor.common.errors import InputError

Five = Annotated[tuple[str, ...], Field(min_length=5, max_length=5)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DimensionWords(_Model):
    """Name of a dimension, at the start of a line and within a sentence, and of its two ends."""

    name: str
    inline: str
    least: str
    most: str


class Words(_Model):
    """Words of one language; texts with `{{ }}` are Jinja.

    Attributes:
        scales: "two scales" and "three scales".
        n_values: "two values" and "three values".
        dimensions: by English name.
        neutral: what the middle of a scale is.
        colon: between a name and its value.
        separator: between the labels offered.
        or_: between the last two of several.
        scales_said: the scales with their ends.
        ends: end of the sentence that says what a dimension means.
        ends_said: the same with the numbers at the ends and the middle.
        grades: from lowest to highest.
        grades_plain: that values are graded.
        grades_said: the same with the cut points.
        reasoning: that steps come first, up to the word before the answer.
        prompts: translated prompts, by the name of the task.
    """

    scales: dict[int, str]
    n_values: dict[int, str]
    dimensions: dict[Dimension, DimensionWords]
    neutral: str
    colon: str
    separator: str
    or_: str = Field(alias="or")
    scales_said: str
    ends: str
    ends_said: str
    grades: Five
    grades_plain: str
    grades_said: str
    reasoning: str
    prompts: dict[str, str] = {}


@cache
def words(language: Language) -> Words:
    """Load the words of a language."""
    return Words.model_validate(_read(f"languages/{language}.yaml"))


@cache
def definitions() -> dict[str, str]:
    """Load what each label means, by label in lower case."""
    return _read("definitions.yaml")


@cache
def stimuli() -> dict[str, str]:
    """Load the emotional stimuli, by their number."""
    return _read("stimuli.yaml")


def language_of(prompt: str) -> Language | None:
    """Return the language of a prompt of a task that ships; None for other prompts."""
    known = (pair for texts in _translations().values() for pair in texts.items())
    return next((language for language, text in known if text == prompt), None)


def translated(prompt: str, language: Language) -> str:
    """Return a prompt of a task that ships in another language.

    Raises:
        InputError: the prompt is not translated.
    """
    for texts in _translations().values():
        if prompt in texts.values() and language in texts:
            return texts[language]
    raise InputError(
        f"the prompt is not translated into {language}", code="unsupported", field="metadata.axes.language",
        hint=f"write it in doc_to_text; only prompts of {', '.join(_translations())} are",
    )  # fmt: skip


@cache
def _translations() -> dict[str, dict[Language, str]]:
    """Return each translated prompt by task and language; the English one is the task's own."""
    tasks = catalogue.find()
    found: dict[str, dict[Language, str]] = {}
    for language in LANGUAGES:
        for name, text in words(language).prompts.items():
            english = read_or_raise(tasks[name].path, [catalogue.TASKS]).values["doc_to_text"]
            found.setdefault(name, {"en": english})[language] = text
    return found


def _read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load(files("harness.tasks.prompts").joinpath(name).read_text(encoding="utf-8")))
