"""Draw a sweep as a forest plot: one row for each effect, with interval and numbers.

No colour carries meaning: a filled marker is an effect that is significant after Holm's correction, and every number is
written out. The SVG keeps text as text, with title and description.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from harness.metrics.registry import few
from harness.record.folder import write_whole
from harness.record.sweep import Effect, Sweep
from harness.runs.sweep.design import shown
from harness.stats.intervals import LEVEL
from va_extractor.common.errors import need

NAMES = ("sweep.svg", "sweep.png")
_INK, _QUIET = "#1a1a1a", "#595959"
_SIZE = 11


def needed() -> None:
    """Check that matplotlib is installed, before any request.

    Raises:
        InputError: it is not; the hint names the extra.
    """
    need("matplotlib", "plot", "the picture of a sweep (or --no-picture)")


def draw(sweep: Sweep, folder: Path) -> list[Path]:
    """Draw the effects as SVG and PNG and return both paths.

    Raises:
        InputError: matplotlib is not installed, or a file cannot be written.
    """
    needed()
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "sweep", "font.size": _SIZE}):
        figure = _figure(sweep)
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png", dpi=150, metadata={"Title": title(sweep), "Description": description(sweep)})
    paths = [folder / name for name in NAMES]
    write_whole(paths[0], _named(svg.getvalue(), sweep).encode())
    write_whole(paths[1], png.getvalue())
    return paths


def title(sweep: Sweep) -> str:
    """Return the title."""
    return f"{sweep.settings.model} on {sweep.settings.task}: effects on {sweep.main_score}"


def description(sweep: Sweep) -> str:
    """Return every effect in words."""
    made_up = "Synthetic sample: these numbers say nothing about a model. " if sweep.synthetic else ""
    note = few(sweep.clusters)
    return made_up + (f"{note}. " if note else "") + " ".join(
        f"{one.axis} {shown(one.level)} against {shown(one.default)}: {_numbers(one)}, "
        f"p {one.holm:.3f} after Holm's correction." for one in sweep.effects
    )  # fmt: skip


def _figure(sweep: Sweep) -> Any:
    from matplotlib.figure import Figure

    rows = _rows(sweep.effects)
    figure = Figure(figsize=(10.5, 1.9 + 0.36 * len(rows) + 0.2 * bool(few(sweep.clusters))), layout="constrained")
    plane = figure.subplots()
    alpha = 1 - LEVEL
    beside: dict[str, Any] = {"transform": plane.get_yaxis_transform(), "va": "center", "color": _INK}
    for y, row in enumerate(rows):
        if isinstance(row, str):
            plane.text(-0.01, y, row, ha="right", fontweight="bold", **beside)
            continue
        between = row.interval
        if between:
            plane.plot([between.low, between.high], [y, y], color=_INK, linewidth=1.6, solid_capstyle="butt", zorder=2)
        filled = row.holm < alpha
        plane.plot([row.effect], [y], marker="o", markersize=8, markeredgecolor=_INK, markeredgewidth=1.5,
                   markerfacecolor=_INK if filled else "white", linestyle="none", zorder=3)  # fmt: skip
        plane.text(-0.01, y, shown(row.level), ha="right", **beside)
        plane.text(1.01, y, _numbers(row), ha="left", **beside)
    plane.axvline(0, color=_QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    plane.set(ylim=(len(rows) - 0.4, -0.6), yticks=[])
    plane.margins(x=0.08)
    for side in ("left", "right", "top"):
        plane.spines[side].set_visible(False)
    plane.set_xlabel(
        f"← lower | change of {sweep.main_score}, 95 % interval | higher →\n"
        f"● p < {alpha:.2g} after Holm's correction; ○ any other; "
        f"{'higher' if sweep.higher_is_better else 'lower'} is better{_noted(sweep)}"
    )
    made_up = "\nSYNTHETIC SAMPLE: says nothing about a model" if sweep.synthetic else ""
    plane.set_title(title(sweep) + made_up, loc="left", fontsize=_SIZE + 2, color=_INK)
    return figure


def _noted(sweep: Sweep) -> str:
    note = few(sweep.clusters)
    return f"\n{note}" if note else ""


def _rows(effects: Sequence[Effect]) -> list[str | Effect]:
    """Return effects under a heading for each axis, which names the default."""
    rows: list[str | Effect] = []
    for one in effects:
        heading = f"{one.axis}, against {shown(one.default)}"
        if heading not in rows:
            rows.append(heading)
        rows.append(one)
    return rows


def _numbers(one: Effect) -> str:
    between = f" ({one.interval.low:+.3f}, {one.interval.high:+.3f})" if one.interval else ""
    return f"{one.effect:+.3f}{between}"


def _named(svg: str, sweep: Sweep) -> str:
    """Add title and description for screen readers."""
    before, opening, rest = svg.partition("<svg ")
    inner, _, body = rest.partition(">")
    words = f'<title id="t">{escape(title(sweep))}</title>\n<desc id="d">{escape(description(sweep))}</desc>'
    return f'{before}{opening}role="img" aria-labelledby="t d" {inner}>\n{words}{body}'
