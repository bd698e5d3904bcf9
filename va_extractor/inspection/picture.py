"""A source's VA plane as a PNG: scatter of all rows, marginal histograms at its sides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from va_extractor.common.errors import InputError

_MANY_LABELS = 10
_LIMITS = (-1.03, 1.03)  # so that points on the edge are whole
_BINS = np.linspace(-1, 1, 41).tolist()


def draw(points: np.ndarray, labels: Sequence[Sequence[str]], title: str, path: Path) -> None:
    """Draw the plane and write it as PNG.

    Points are coloured by label where every row has one of at most ten; with more, colours would tell nothing.

    Args:
        points: valence and arousal, shape (rows, 2); those far outside [-1, 1] fall outside the picture.
        labels: labels of each row.
        title: heading.
        path: file to write.

    Raises:
        InputError: matplotlib is not installed, or the file cannot be written.
    """
    try:
        from matplotlib import color_sequences
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("pictures need matplotlib: pip install 'vaemo-eval[extract]', or use --no-picture") from None

    figure = Figure(figsize=(7.5, 7.5), dpi=120, layout="constrained")
    axes = figure.subplot_mosaic(
        [["over", "none"], ["plane", "beside"]],
        empty_sentinel="none",
        width_ratios=(4, 1),
        height_ratios=(1, 4),
    )
    for one in axes.values():
        one.set_prop_cycle(color=color_sequences["petroff10"])  # told apart with every kind of colour vision
    plane, over, beside = axes["plane"], axes["over"], axes["beside"]
    alpha = float(np.clip(30 / np.sqrt(len(points)), 0.08, 0.7))
    groups = _groups(labels)
    for name, rows in groups.items():
        valence, arousal = points[rows, 0], points[rows, 1]
        plane.scatter(valence, arousal, s=9, alpha=alpha, linewidths=0, label=name or None)
    over.hist([points[rows, 0] for rows in groups.values()], bins=_BINS, stacked=True)
    beside.hist([points[rows, 1] for rows in groups.values()], bins=_BINS, stacked=True, orientation="horizontal")
    plane.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    plane.axvline(0, color="0.6", linewidth=0.8, zorder=0)
    plane.set(xlim=_LIMITS, ylim=_LIMITS, xlabel="valence", ylabel="arousal")
    over.set(xlim=_LIMITS, ylabel="rows")
    beside.set(ylim=_LIMITS, xlabel="rows")
    over.tick_params(labelbottom=False)
    beside.tick_params(labelleft=False)
    if len(groups) > 1:
        legend = figure.legend(loc="upper right", fontsize=8, markerscale=2, frameon=False)
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_alpha(1)
    figure.suptitle(f"{title}, {len(points)} rows", fontsize=11)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _groups(labels: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Map each label to the places of its rows; all rows under '' where colours would tell nothing."""
    names = sorted({label for row in labels for label in row})
    if any(len(row) != 1 for row in labels) or len(names) > _MANY_LABELS:
        return {"": np.arange(len(labels))}
    first = np.array([row[0] for row in labels])
    return {name: np.flatnonzero(first == name) for name in names}
