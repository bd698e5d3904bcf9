"""The VA plane as text."""

from __future__ import annotations

import numpy as np

from va_extractor.inspection.terminal import COLUMNS, ROWS, plane


def rows_of(drawn: str) -> list[str]:
    """Return the inside of the plane, highest arousal first."""
    return [line.split("│")[1] for line in drawn.splitlines() if line.count("│") == 2]


def test_a_point_is_drawn_where_it_lies() -> None:
    inside = rows_of(plane(np.array([[0.99, 0.99]])))
    assert len(inside) == ROWS
    assert inside[0] == " " * (COLUMNS - 1) + "█"
    assert not "".join(inside[1:]).strip()
    assert rows_of(plane(np.array([[-0.99, -0.99]])))[-1] == "█" + " " * (COLUMNS - 1)


def test_margins_count_columns_and_rows() -> None:
    drawn = plane(np.array([[-1, 1], [-1, 1], [1, -1]]))
    first = drawn.splitlines()[0]
    assert (first[8], first[-1]) == ("█", "▄")  # 2 and 1 rows
    assert len(first) == 8 + COLUMNS
    bars = [line.split("│")[2] for line in drawn.splitlines() if line.count("│") == 2]
    assert (len(bars[0]), len(bars[-1])) == (16, 8)


def test_points_outside_are_not_drawn() -> None:
    assert not "".join(rows_of(plane(np.array([[1.5, 0.0]])))).strip()
