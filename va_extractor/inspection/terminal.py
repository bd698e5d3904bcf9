"""A source's summary and VA plane as text."""

from __future__ import annotations

import numpy as np
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

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
