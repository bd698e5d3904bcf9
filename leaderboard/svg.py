"""Draw small pictures as SVG text: intervals, bars, the VA plane, reliability.

Only numbers go in; templates escape every text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

_MAX_POINTS = 400


def interval(value: float, low: float | None, high: float | None) -> Markup:
    """Draw a score in [0, 1] as a tick, with its interval as a line, cut off at the ends."""
    at = _percent(value)
    line = "" if low is None or high is None else f"M{_percent(low)} 3H{_percent(high)}"
    return Markup(f'<svg class="i" viewBox="0 0 100 6" aria-hidden="true"><path d="{line}M{at} 0V6"/></svg>')  # noqa: S704


def bar(fraction: float | None) -> Markup:
    """Draw a fraction in [0, 1] as a bar."""
    width = 0 if fraction is None else _percent(fraction)
    return Markup(f'<svg class="b" viewBox="0 0 100 8" aria-hidden="true"><path d="M0 0H{width}V8H0z"/></svg>')  # noqa: S704


def plane(points: Sequence[tuple[float, float, bool]], title: str) -> Markup:
    """Draw items in the plane of valence (right) and arousal (up): circles for right, crosses for wrong answers.

    Args:
        points: (valence, arousal, right), each in [-1, 1]; above 400, a seeded selection.
        title: for screen readers; must not contain foreign text.
    """
    chosen = list(points)
    if len(chosen) > _MAX_POINTS:
        picked = np.random.default_rng(0).choice(len(chosen), _MAX_POINTS, replace=False)
        chosen = [chosen[index] for index in sorted(picked)]
    right = "".join(f"M{_x(v) - 2} {_x(-a)}a2 2 0 1 0 4 0a2 2 0 1 0-4 0" for v, a, good in chosen if good)
    wrong = "".join(f"M{_x(v) - 2} {_x(-a) - 2}l4 4m-4 0l4-4" for v, a, good in chosen if not good)
    return Markup(  # noqa: S704
        f'<svg class="plane" viewBox="-14 -14 228 228" role="img" aria-label="{title}">'
        '<path class="axis" d="M0 100H200M100 0V200M0 0H200V200H0z"/>'
        '<text x="200" y="96" text-anchor="end">valence</text><text x="104" y="10">arousal</text>'
        f'<path class="wrong" d="{wrong}"/><path class="right" d="{right}"/></svg>'
    )


def reliability(bins: Sequence[tuple[float, float, int]], title: str) -> Markup:
    """Draw mean confidence (right) against accuracy (up), a point for each bin, its area by the number of items."""
    most = max((count for _, _, count in bins), default=1)
    dots = "".join(
        f'<circle cx="{2 * _percent(sure)}" cy="{200 - 2 * _percent(right)}" r="{3 + 7 * (count / most) ** 0.5:.1f}"/>'
        for sure, right, count in bins
    )
    return Markup(  # noqa: S704
        f'<svg class="plane" viewBox="-14 -14 228 228" role="img" aria-label="{title}">'
        '<path class="axis" d="M0 0H200V200H0zM0 200L200 0"/>'
        '<text x="200" y="196" text-anchor="end">confidence</text><text x="4" y="10">accuracy</text>'
        f'<g class="dots">{dots}</g></svg>'
    )


def _percent(fraction: float) -> int:
    return round(100 * min(max(fraction, 0.0), 1.0))


def _x(coordinate: float) -> int:
    return round(100 + 100 * min(max(coordinate, -1.0), 1.0))
