"""Which changes can be told, and whether one is told the right way, by hand and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from harness.metrics.direction import large_enough, right_way

SD = np.array([0.3, 0.4])


def test_a_change_can_be_told_from_the_error_of_a_difference_of_two_readings_on() -> None:
    errors = np.random.default_rng(0).normal(0.0, SD, (2, 200_000, 2))
    edge = (errors[1] - errors[0]).std(axis=0)
    given = np.array([0.98 * edge, 1.02 * edge, -1.02 * edge, [0.0, 0.0]])
    assert large_enough(given, SD).tolist() == [[False, False], [True, True], [True, True], [False, False]]


@pytest.mark.parametrize(
    ("read", "given", "expected"), [(0.1, 0.6, 1), (-0.1, 0.6, 0), (0.1, -0.6, 0), (-2, -0.6, 1), (0, 0.6, 0.5)]
)
def test_the_right_way_is_the_same_sign_and_no_move_is_worth_half(read: float, given: float, expected: float) -> None:
    assert right_way(np.array(read), np.array(given)) == expected
