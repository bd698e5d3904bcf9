"""Prices: what a sum of tokens costs, and what is said where no price is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from harness.models.api import prices
from va_extractor.common.errors import InputError


def test_a_million_tokens_each_way_cost_the_two_list_prices() -> None:
    price = prices.load()["openai/gpt-4o-mini"]
    assert price.cost(1_000_000, 1_000_000) == pytest.approx(0.15 + 0.60)
    assert price.cost(2_000, 0) == pytest.approx(0.0003)


def test_every_price_that_ships_is_dated_named_and_dearer_for_output_than_nothing() -> None:
    shipped = prices.load()
    assert len(shipped) > 50
    for name, price in shipped.items():
        assert "/" in name
        assert price.as_of >= date(2026, 1, 1)
        assert price.source.startswith("https://")
        assert 0 < price.input <= price.output


def test_a_file_of_ones_own_goes_before_what_ships(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {source: contract, date: 2026-11-01, models: {openai/gpt-4o: [1, 2], mine/model: [3, 4]}}\n")
    known = prices.load(own)
    assert (known["openai/gpt-4o"].input, known["mine/model"].output) == (1, 4)
    assert "anthropic/claude-sonnet-5" in known


def test_a_model_without_a_price_is_refused_by_the_file_to_edit(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("[]")
    for given, file in ((None, prices.SHIPPED), (own, own)):
        with pytest.raises(InputError) as raised:
            prices.need("openai/unheard-of", given)
        problem = raised.value.problem
        assert (problem.code, problem.field, problem.found) == ("missing", "--max-cost", "openai/unheard-of")
        assert str(file) in str(problem.hint)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("a: [", None),
        ("a: 1", None),
        ("- {source: s, models: {}}", "0.date"),
        ("- {source: s, date: 2026-01-01, models: {m: [1]}}", "0.models.m.1"),
        ("- {source: s, date: 2026-01-01, models: {m: [.nan, 1]}}", "0.models.m.0"),
        ("- {source: s, date: 2026-01-01, models: {m: [-1, 1]}}", "0.models.m.0"),
    ],
)
def test_a_broken_file_is_one_line_that_names_the_field(tmp_path: Path, text: str, field: str | None) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        prices.load(path)
    problem = caught.value.problem
    assert (problem.file, problem.field or None) == (path, field)
    assert "\n" not in str(caught.value)
    assert text == "a: [" or str(prices.SHIPPED) in str(problem.hint)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        prices.load(tmp_path / "none.yaml")
    assert (raised.value.problem.code, raised.value.problem.file) == ("missing", tmp_path / "none.yaml")
