"""A source's VA plane as a PNG: scatter of all rows, with marginal histograms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from va_extractor.common.extras import need
from va_extractor.common.files import writing

_MANY_LABELS = 10
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
    if any(len(row) != 1 for row in labels) or len(names) > _MANY_LABELS:
        return {"": np.arange(len(labels))}
    first = np.array([row[0] for row in labels])
    return {name: np.flatnonzero(first == name) for name in names}
