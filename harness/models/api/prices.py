"""Prices of models' tokens, read from a dated file that the user can edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from va_extractor.common.errors import InputError
from va_extractor.common.yamlfile import read_yaml

SHIPPED = Path(__file__).with_name("prices.yaml")
_MILLION = 1_000_000
_Dollars = Annotated[FiniteFloat, Field(ge=0)]


@dataclass(frozen=True)
class Price:
    """The list price of one model.

    Attributes:
        input: US dollars per million tokens of prompt.
        output: US dollars per million tokens of answer and reasoning.
        as_of: the date of the source.
        source: the provider's page.
    """

    input: float
    output: float
    as_of: date
    source: str

    def cost(self, prompt_tokens: int, answer_tokens: int) -> float:
        """Return US dollars."""
        return (self.input * prompt_tokens + self.output * answer_tokens) / _MILLION


class _Group(BaseModel):
    """Models whose prices are on one page."""

    model_config = ConfigDict(extra="forbid")

    source: str
    date: date
    models: dict[str, tuple[_Dollars, _Dollars]]


def load(own: Path | None = None) -> dict[str, Price]:
    """Read the prices of the package by the name that `--model` takes; those in the user's own file replace them.

    Raises:
        InputError: the file is missing, is not YAML, or has another form.
    """
    return {
        model: Price(given, taken, group.date, group.source)
        for path in filter(None, (SHIPPED, own))
        for group in read_yaml(path, list[_Group], SHIPPED)
        for model, (given, taken) in group.models.items()
    }


def need(model: str, own: Path | None) -> None:
    """Check that the price of a model is known, as `--max-cost` needs.

    Raises:
        InputError: it is not, or the file is wrong.
    """
    if model not in load(own):
        where = own or f"a file like {SHIPPED}, and give --prices FILE"
        hint = f"add `{model}: [input, output]` (US dollars per million tokens) to {where}"
        raise InputError("no price of the model is known", code="missing", field="--max-cost", found=model, hint=hint)
