"""Valence, arousal and dominance on another scale, in numbers or in five grades."""

from __future__ import annotations

from harness.tasks.prompts.axes import Axes

_ENDS: dict[str, tuple[float, float]] = {"-1..1": (-1.0, 1.0), "0..1": (0.0, 1.0), "1..9": (1.0, 9.0),
                                         "percent": (0.0, 100.0)}  # fmt: skip
CUTS = (-0.6, -0.2, 0.2, 0.6)
"""Cut points of the grades on [-1, 1]: five intervals of equal width; the middle one includes both ends."""
_EXACT = 6


def on_scale(value: float, scale: str) -> float:
    """Map a value in [-1, 1] onto a scale, linearly."""
    low, high = _ENDS[scale]
    return low + (value + 1.0) / 2.0 * (high - low) if scale != "-1..1" else value


def number(value: float, axes: Axes, *, decimals: int | None = None) -> str:
    """Write a value in [-1, 1] as a number on the scale of `axes`.

    With two decimals a negative number that rounds to zero keeps its sign, as in version 1.0 of the prompts.
    """
    places = axes.decimals if decimals is None else decimals
    shown = on_scale(value, axes.scale)
    text = f"{shown:.{places}f}" if places == 2 else f"{shown:z.{places}f}"
    return f"{text}%" if axes.scale == "percent" else text


def cut_points(axes: Axes) -> list[str]:
    """Write the four cut points with at least one decimal, so that all differ."""
    return [number(cut, axes, decimals=max(1, axes.decimals)) for cut in CUTS]


def grade(value: float) -> int:
    """Return the grade of a value in [-1, 1], from 0 (lowest) to 4. It is rounded first, since features are float32."""
    exact = round(value, _EXACT)
    return sum(exact >= cut for cut in CUTS[:2]) + sum(exact > cut for cut in CUTS[2:])
