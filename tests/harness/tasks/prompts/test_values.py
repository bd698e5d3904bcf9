"""Scales and grades: every scale is a linear map that can be undone, and grades part where the prompt says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.ready import CUTS, cut_points, grade, number, on_scale

SCALES = ("-1..1", "0..1", "1..9", "percent")
VALUES = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("scale", "low", "middle", "high"),
    [("-1..1", -1, 0, 1), ("0..1", 0, 0.5, 1), ("1..9", 1, 5, 9), ("percent", 0, 50, 100)],
)
def test_ends_and_middle_are_those_of_the_scale(scale: str, low: float, middle: float, high: float) -> None:
    assert [on_scale(value, scale) for value in (-1, 0, 1)] == [low, middle, high]


@given(VALUES, st.sampled_from(SCALES), st.integers(0, 4))
def test_what_is_written_reads_back_to_within_half_a_last_digit(value: float, scale: str, decimals: int) -> None:
    axes = Axes.model_validate({"scale": scale, "decimals": decimals})
    text = number(value, axes).removesuffix("%")
    low, high = on_scale(-1, scale), on_scale(1, scale)
    width = high - low
    assert len(text.partition(".")[2]) == decimals
    assert (float(text) - low) / width * 2 - 1 == pytest.approx(value, abs=10**-decimals / width + 1e-9)


@given(VALUES, VALUES, st.sampled_from(SCALES))
def test_order_is_kept(one: float, other: float, scale: str) -> None:
    low, high = sorted((one, other))
    assert on_scale(low, scale) <= on_scale(high, scale)
    assert grade(low) <= grade(high)


@given(VALUES)
def test_grades_are_symmetric_around_neutral(value: float) -> None:
    assert grade(value) + grade(-value) == 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-1, 0), (-0.61, 0), (-0.6, 1), (-0.21, 1), (-0.2, 2), (0, 2), (0.2, 2), (0.21, 3), (0.6, 3), (0.61, 4), (1, 4),
     (0.20000000298023224, 2), (-0.6000000238418579, 1)],
)  # fmt: skip
def test_grades_part_at_the_stated_points_also_in_float32(value: float, expected: int) -> None:
    assert grade(value) == expected


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("decimals", range(5))
def test_no_cut_point_is_rounded_away(scale: str, decimals: int) -> None:
    axes = Axes.model_validate({"scale": scale, "decimals": decimals})
    shown = [float(text.removesuffix("%")) for text in cut_points(axes)]
    assert shown == pytest.approx([on_scale(cut, scale) for cut in CUTS])


def test_no_number_is_a_negative_zero_but_in_the_default_form() -> None:
    assert number(-0.01, Axes(decimals=0)) == "0"
    assert number(-0.01, Axes(decimals=1)) == "0.0"
    assert number(-0.001, Axes()) == "-0.00"  # as version 1.0 of the prompts writes it
