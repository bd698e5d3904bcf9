"""Prices of models' tokens, read from a dated file that the user can edit."""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True)
class Prices:
    """Every known price by the name that `--model` takes; `file` is the one to edit."""

    by_model: Mapping[str, Price]
    file: Path

    def of(self, model: str) -> Price | None:
        """Return the price of a model; None if it is not known."""
        return self.by_model.get(model)

    def need(self, model: str, flag: str) -> Price:
        """Return the price of a model.

        Raises:
            InputError: it is not known.
        """
        price = self.of(model)
        if price is None:
            own = self.file != SHIPPED
            where = str(self.file) if own else f"a file like {SHIPPED}, and give --prices FILE"
            hint = f"add `{model}: [input, output]` (US dollars per million tokens) to {where}"
            raise InputError("no price of the model is known", code="missing", field=flag, found=model, hint=hint)
        return price


class _Group(BaseModel):
    """Models whose prices are on one page."""

    model_config = ConfigDict(extra="forbid")

    source: str
    date: date
    models: dict[str, tuple[_Dollars, _Dollars]]


def load(path: Path | None = None) -> Prices:
    """Read the prices of the package; those in `path` replace them.

    Raises:
        InputError: the file is missing, is not YAML, or has another form.
    """
    shipped = _read(SHIPPED)
    return Prices(shipped, SHIPPED) if path is None else Prices({**shipped, **_read(path)}, path)


def _read(path: Path) -> dict[str, Price]:
    return {
        model: Price(given, taken, group.date, group.source)
        for group in read_yaml(path, list[_Group], SHIPPED)
        for model, (given, taken) in group.models.items()
    }
