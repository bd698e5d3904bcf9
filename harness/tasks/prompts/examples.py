"""Choose examples from the train split: at random, or nearest in valence and arousal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from va_extractor.common.errors import InputError

SEED = 1234
"""lm-eval's own few-shot seed."""

Points = NDArray[np.float64]


def choose(
    train: Points, train_clusters: Sequence[str], asked: Points, asked_clusters: Sequence[str], *, shots: int, how: str
) -> list[list[int]]:
    """Choose examples for each question, never of its own cluster.

    Train items are first put in a seeded random order. `random` takes the first of them, the same for all questions, so
    that back ends can reuse the part that prompts share. `nearest` takes those of least Euclidean distance, in the
    random order if distances are equal, and shows the nearest last.

    Args:
        train: (m, 2) valence and arousal of the train items.
        train_clusters: their m clusters.
        asked: (n, 2) valence and arousal of the questions.
        asked_clusters: their n clusters.
        shots: how many examples.
        how: `random` or `nearest`.

    Returns:
        n lists of `shots` indices of train items, in the order of the prompt.

    Raises:
        InputError: the train split has fewer items of other clusters.
    """
    order = np.random.default_rng(SEED).permutation(len(train))
    codes: dict[str, int] = {}
    clusters = np.array([codes.setdefault(name, len(codes)) for name in train_clusters], dtype=np.int64)[order]
    train = train[order]
    chosen = []
    for point, cluster in zip(asked, asked_clusters, strict=True):
        free = np.flatnonzero(clusters != codes.get(cluster, -1))
        if free.size < shots:
            what = f"the train split has {free.size} items of other clusters"
            raise InputError(what, code="range", field="metadata.axes.shots", found=shots)
        if how == "nearest":
            chosen.append(order[free[_nearest(train[free], point, shots)[::-1]]].tolist())
        else:
            chosen.append(order[free[:shots]].tolist())
    return chosen


def _nearest(points: Points, point: Points, count: int) -> NDArray[np.intp]:
    """Return the indices of the nearest points, nearest first; equally near ones in their order."""
    squared = ((points - point) ** 2).sum(axis=1)
    within = np.flatnonzero(squared <= np.partition(squared, count - 1)[count - 1])
    return within[np.argsort(squared[within], kind="stable")[:count]]
