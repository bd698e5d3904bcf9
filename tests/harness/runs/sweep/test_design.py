"""Which variants a sweep asks and compares, and what it refuses."""

from __future__ import annotations

import itertools

import pytest

from harness.runs.sweep.design import ONE_AT_A_TIME, cells, contrasts, described, parse, shown
from harness.tasks.prompts.axes import Axes
from tests.refused import refused
from va_extractor.common.errors import Code

STATED = Axes()


def test_a_crossed_design_holds_every_combination_once_the_tasks_own_first() -> None:
    axes = parse("va_format,scale=0..1|percent,say_scale", STATED)
    found = cells(axes, STATED, "crossed")
    assert found[0] == STATED
    assert {(one.va_format, one.scale, one.say_scale) for one in found} == set(
        itertools.product(("numeric", "lexical", "both"), ("-1..1", "0..1", "percent"), (True, False))
    )
    assert len(found) == len(set(found)) == 18
    pairs = {(one.axis, one.level): len(one.pairs) for one in contrasts(axes, found)}
    assert pairs == {
        ("va_format", "lexical"): 6, ("va_format", "both"): 6, ("scale", "0..1"): 6, ("scale", "percent"): 6,
        ("say_scale", False): 9,
    }  # fmt: skip
    for one in contrasts(axes, found):
        for changed, kept in one.pairs:
            differing = {name for name in Axes.model_fields if getattr(changed, name) != getattr(kept, name)}
            assert differing == {one.axis}
            assert (getattr(changed, one.axis), getattr(kept, one.axis)) == (one.level, one.default)


def test_one_at_a_time_compares_each_level_with_the_tasks_own_only() -> None:
    axes = parse("va_format,scale=0..1", STATED)
    found = cells(axes, STATED, ONE_AT_A_TIME)
    assert [described(one.changed) for one in found] == [
        "the prompt's default", "va_format=lexical", "va_format=both", "scale=0..1",
    ]  # fmt: skip
    assert [one.pairs for one in contrasts(axes, found)] == [((one, STATED),) for one in found[1:]]


def test_the_tasks_own_level_is_the_one_that_others_are_held_against() -> None:
    stated = Axes(language="es")
    [axis] = parse("language=en|es|de", stated)
    assert axis.levels == ("es", "en", "de")


def test_levels_are_written_as_they_are_read() -> None:
    for text in ("label_order=null|7", "decimals=0|4", "say_scale=true|false", "emphasis=EP02|NP10"):
        [axis] = parse(text, Axes(emphasis="EP01", say_scale=True))
        again = parse(f"{axis.name}={'|'.join(map(shown, axis.others))}", Axes(emphasis="EP01", say_scale=True))
        assert again == (axis,)
    assert parse("label_order=7", STATED)[0].others == (7,)
    assert parse("say_scale=false", STATED)[0].others == (False,)


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("scael", "unknown", "scael"),
        ("scale=0..2", "unknown", "0..2"),
        ("decimals=9", "unknown", "9"),
        ("scale=-1..1", "conflict", "scale=-1..1"),
        ("scale,order,scale", "duplicate", "scale"),
        (" , ", "missing", None),
    ],
)
def test_wrong_axes_are_refused(text: str, code: Code, found: str | None) -> None:
    with refused(code, field="--axes", found=found):
        parse(text, STATED)


def test_a_crossed_design_has_a_largest_size() -> None:
    axes = parse("order,emphasis,fewshot,label_order", STATED)
    with refused("limit", field="--axes", found=528):
        cells(axes, STATED, "crossed")
