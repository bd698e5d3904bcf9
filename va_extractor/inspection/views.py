"""A source's summary and VA plane as text, and the plane as a PNG: scatter with marginal histograms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from va_extractor.common.errors import need
from va_extractor.common.files import writing
from va_extractor.common.plain_text import one_line
from va_extractor.inspection.summary import Split, Summary

_SHADES = " ·░▒▓█"
_BARS = " ▁▂▃▄▅▆▇█"
_MANY_LABELS = 40
_LONGEST = 1000
COLUMNS, ROWS = 48, 20


def report(source: str, summary: Summary, points: np.ndarray) -> RenderableType:
    """Return everything about one source; `points` are valence and arousal of all splits, shape (rows, 2)."""
    parts: list[RenderableType] = [_splits(source, summary), _dimensions(summary.splits), _labels(summary.splits)]
    if len(points):
        parts.append(Text(f"\n{plane(points)}"))
    parts += [Text(f"PROBLEM  {one_line(line, _LONGEST)}", style="bold red") for line in summary.problems]
    parts += [Text(f"caution  {one_line(line, _LONGEST)}", style="yellow") for line in summary.cautions]
    if not summary.problems:
        parts.append(Text("no problem found", style="green"))
    return Group(*parts)


def heading(source: str, summary: Summary) -> str:
    """Return the source's name, marked if its rows were drawn, not measured."""
    return f"{source} (SYNTHETIC)" if summary.synthetic else source


def plane(points: np.ndarray) -> str:
    """Draw the density of points on the VA plane, arousal upwards, with marginal histograms.

    A cell's shade grows with the square root of its count, so that sparse regions stay visible. Points outside
    [-1, 1] are not drawn.

    Args:
        points: valence and arousal, shape (rows, 2).
    """
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=(ROWS, COLUMNS), range=((-1, 1), (-1, 1)))
    shades = _levels(np.sqrt(counts), len(_SHADES))
    over_valence = "".join(_BARS[level] for level in _levels(counts.sum(axis=0), len(_BARS)))
    over_arousal = _levels(counts.sum(axis=1), 17)
    lines = [f"        {over_valence}", f"       ┌{'─' * COLUMNS}┐"]
    for row in reversed(range(ROWS)):
        name = {ROWS - 1: "+1", ROWS // 2: "arousal", 0: "-1"}.get(row, "")
        lines.append(f"{name:>7}│{''.join(_SHADES[level] for level in shades[row])}│{'█' * over_arousal[row]}")
    lines.append(f"       └{'─' * COLUMNS}┘")
    lines.append(f"        -1{'valence':^{COLUMNS - 4}}+1")
    return "\n".join(line.rstrip() for line in lines)


def _levels(counts: np.ndarray, levels: int) -> np.ndarray:
    """Scale counts to 0 .. levels - 1; only a count of 0 is level 0."""
    top = max(float(counts.max()), 1.0)
    return np.ceil(counts / top * (levels - 1)).astype(int)


def _splits(source: str, summary: Summary) -> Table:
    table = Table("split", "rows", "clusters", "described", "status", title=escape(heading(source, summary)))
    for split in summary.splits:
        statuses = escape(", ".join(f"{one_line(status)} {count}" for status, count in split.statuses.items()))
        table.add_row(split.name, str(split.rows), str(split.clusters), str(split.described), statuses)
    return table


def _dimensions(splits: tuple[Split, ...]) -> Table:
    table = Table("split", "dimension", "values", "mean", "SD", "lowest", "highest", "outside")
    for split in splits:
        for one in split.dimensions:
            numbers = (f"{number:+.3f}" for number in (one.mean, one.sd, one.low, one.high))
            table.add_row(split.name, one.name, str(one.count), *numbers, str(one.outside))
    return table


def _labels(splits: tuple[Split, ...]) -> RenderableType:
    names = sorted({label for split in splits for label in split.labels})
    if len(names) > _MANY_LABELS:
        return Text(f"{len(names)} labels, from {names[0]!r} to {names[-1]!r}")
    table = Table("label", *(split.name for split in splits))
    for name in names:
        table.add_row(escape(one_line(name)), *(str(split.labels.get(name, 0)) for split in splits))
    return table


_COLOURS = 10
_LIMITS = (-1.03, 1.03)  # so that points on the edge are whole
_BINS = np.linspace(-1, 1, 41).tolist()


def draw(points: np.ndarray, labels: Sequence[Sequence[str]], title: str, path: Path) -> None:
    """Draw the plane and write it as PNG.

    Points are coloured by label if every row has exactly one and there are at most ten labels.

    Args:
        points: valence and arousal, shape (rows, 2); points outside [-1, 1] are not shown.
        labels: labels of each row.
        title: heading.
        path: file to write.

    Raises:
        InputError: matplotlib is not installed, or the file cannot be written.
    """
    color_sequences = need("matplotlib", "extract", "a picture (see --no-picture)").color_sequences
    figure = need("matplotlib.figure", "extract", "a picture").Figure(figsize=(7.5, 7.5), dpi=120, layout="constrained")
    axes = figure.subplot_mosaic(
        [["over", "none"], ["plane", "right"]], empty_sentinel="none", width_ratios=(4, 1), height_ratios=(1, 4)
    )
    for one in axes.values():
        one.set_prop_cycle(color=color_sequences["petroff10"])  # for every kind of colour vision
    plane, over, right = axes["plane"], axes["over"], axes["right"]
    alpha = float(np.clip(30 / np.sqrt(len(points)), 0.08, 0.7))
    groups = _groups(labels)
    for name, rows in groups.items():
        valence, arousal = points[rows, 0], points[rows, 1]
        plane.scatter(valence, arousal, s=9, alpha=alpha, linewidths=0, label=name or None)
    over.hist([points[rows, 0] for rows in groups.values()], bins=_BINS, stacked=True)
    right.hist([points[rows, 1] for rows in groups.values()], bins=_BINS, stacked=True, orientation="horizontal")
    plane.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    plane.axvline(0, color="0.6", linewidth=0.8, zorder=0)
    plane.set(xlim=_LIMITS, ylim=_LIMITS, xlabel="valence", ylabel="arousal")
    over.set(xlim=_LIMITS, ylabel="rows")
    right.set(ylim=_LIMITS, xlabel="rows")
    over.tick_params(labelbottom=False)
    right.tick_params(labelleft=False)
    if len(groups) > 1:
        legend = figure.legend(loc="upper right", fontsize=8, markerscale=2, frameon=False)
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_alpha(1)
    figure.suptitle(f"{title}, {len(points)} rows", fontsize=11)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)


def _groups(labels: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Return the row numbers of each label; all rows under '' if points are not coloured by label."""
    names = sorted({label for row in labels for label in row})
    if any(len(row) != 1 for row in labels) or len(names) > _COLOURS:
        return {"": np.arange(len(labels))}
    first = np.array([row[0] for row in labels])
    return {name: np.flatnonzero(first == name) for name in names}
