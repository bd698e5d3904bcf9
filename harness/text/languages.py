"""Words by which answers are read in each language, from the YAML files in `languages/`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from va_extractor.common.errors import InputError


class Words(BaseModel):
    """Words of one language.

    Attributes:
        answer: the word before the answer in the last line after steps.
        leads: words before an answer and a colon.
        conjunctions: words between two labels of a list.
        not_before: words before a label that deny it.
        not_after: words after a label that deny it.
        labels: by English label in lower case, the words that name it; prompts show the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    leads: tuple[str, ...] = ()
    conjunctions: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    labels: dict[str, tuple[str, ...]] = {}


@cache
def words(language: str) -> Words:
    """Load the words of a language."""
    text = files("harness.text").joinpath(f"languages/{language}.yaml").read_text(encoding="utf-8")
    return Words.model_validate(yaml.safe_load(text))


def label_names(labels: tuple[str, ...], language: str) -> list[str]:
    """Return the word by which prompts show each label.

    Raises:
        InputError: a label has none in the language.
    """
    if language == "en":
        return list(labels)
    known = words(language).labels
    for label in labels:
        if label.casefold() not in known:
            raise InputError(
                f"the label is not translated into {language}", code="unsupported",
                field="metadata.axes.language", found=label,
            )  # fmt: skip
    return [known[label.casefold()][0] for label in labels]
