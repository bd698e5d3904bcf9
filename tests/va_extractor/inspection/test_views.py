"""The VA plane as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.refused import refused
from va_extractor.inspection.views import COLUMNS, ROWS, draw, plane


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


def dark(path: Path) -> np.ndarray:
    """Return where the picture is neither white nor grey, shape (height, width)."""
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=int)
    return np.asarray(np.ptp(pixels, axis=2) > 40)


def test_points_are_drawn_where_they_lie(tmp_path: Path) -> None:
    draw(np.array([[0.9, 0.9]] * 50), [["joy"]] * 50, "high", tmp_path / "high.png")
    draw(np.array([[-0.9, -0.9]] * 50), [["joy"]] * 50, "low", tmp_path / "low.png")
    high, low = dark(tmp_path / "high.png"), dark(tmp_path / "low.png")
    assert high.shape == (900, 900)
    plane = (slice(230, 840), slice(100, 700))
    high_rows, high_columns = np.nonzero(high[plane])
    low_rows, low_columns = np.nonzero(low[plane])
    assert high_rows.max() < 100
    assert low_rows.min() > 500
    assert low_columns.max() < 100
    assert high_columns.min() > 500


def test_labels_have_colours_only_where_each_row_has_one(tmp_path: Path) -> None:
    points = np.array([[-0.5, 0.0], [0.5, 0.0]] * 20)
    colours = []
    for name, labels in (("one", [["joy"], ["fear"]] * 20), ("many", [["joy", "fear"], ["fear"]] * 20)):
        draw(points, labels, name, tmp_path / f"{name}.png")
        pixels = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        colours.append(len(np.unique(pixels[dark(tmp_path / f"{name}.png")].reshape(-1, 3) // 64, axis=0)))
    assert colours[0] > colours[1]


def test_unwritable_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with refused("unwritable", file=tmp_path / "file" / "a.png"):
        draw(np.zeros((1, 2)), [["joy"]], "t", tmp_path / "file" / "a.png")
