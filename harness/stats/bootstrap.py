"""Bootstrap and jackknife by clusters.

Items of one cluster (one image, one person, one video) are not independent, so whole clusters are drawn with
replacement (Field, C. A. & Welsh, A. H. (2007). Bootstrapping clustered data. J. R. Stat. Soc. B 69, 369-390). A draw
is a row of counts, and a metric maps all rows at once to its resampling distribution. All metrics of a task use the
same draws, so their differences and ratios are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from harness.record import Interval
from harness.stats.arrays import Floats, Ints, Weights
from harness.stats.intervals import Bootstrap, percentile

DRAWS = 2000
SEED = 20250211
_CHUNK_CELLS = 500_000
_MAX_GROUPS = 200

Compute = Callable[[Weights], Floats]


def cluster_weights(clusters: Ints, draws: int, seed: int) -> Iterator[Weights]:
    """Draw clusters with replacement and yield blocks of item weights.

    Args:
        clusters: (n,) cluster index of each item, from 0 without gaps.
        draws: how many draws in all.
        seed: of numpy's PCG64; the draws do not depend on the block size.

    Yields:
        (block, n) counts of how often each item's cluster was drawn; `draws` rows in all.
    """
    rng = np.random.default_rng(seed)
    count = int(clusters.max()) + 1
    block = max(1, _CHUNK_CELLS // clusters.size)
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        drawn = rng.integers(0, count, size=(rows, count))
        cells = (drawn * rows + np.arange(rows)[:, None]).ravel()
        counts = np.bincount(cells, minlength=count * rows).reshape(count, rows).astype(np.float32)
        yield counts[clusters].T


def jackknife_weights(clusters: Ints, seed: int, most: int = _MAX_GROUPS) -> Weights:
    """Return (groups, n) weights, each row without the items of one group of clusters.

    A group is one cluster; above `most` clusters, they are assigned at random to that many groups. The
    acceleration stays the same, because the skewness of a sum falls with the square root of the number of its terms.
    """
    count = int(clusters.max()) + 1
    groups = np.arange(count) % most
    if count > most:
        groups = np.random.default_rng(seed).permutation(groups)
    kept: Weights = (groups[clusters] != np.arange(min(count, most))[:, None]).astype(np.float32)
    return kept


def clusters_with_value(compute: Compute, clusters: Ints) -> int:
    """Return the number of clusters with a value of their own, for metrics that leave items out."""
    count = int(clusters.max()) + 1
    block = max(1, _CHUNK_CELLS // clusters.size)
    rows = [np.arange(start, min(start + block, count)) for start in range(0, count, block)]
    return sum(int((~np.isnan(compute((clusters == row[:, None]).astype(np.float32)))).sum()) for row in rows)


def resample(computes: Sequence[Compute], clusters: Ints, *, draws: int = DRAWS, seed: int = SEED) -> list[Bootstrap]:
    """Return the resampling distributions of several values over the same draws.

    Args:
        computes: each maps (draws, n) item weights to (draws,) values.
        clusters: (n,) cluster index of each item, from 0 without gaps; at least two clusters.
        draws: number of bootstrap draws.
        seed: of the draws.
    """
    left_out = jackknife_weights(clusters, seed)
    everything = np.ones((1, clusters.size))
    rows = [[compute(weights) for compute in computes] for weights in cluster_weights(clusters, draws, seed)]
    return [
        Bootstrap(
            value=float(compute(everything)[0]),
            draws=np.concatenate([row[index] for row in rows]),
            left_out=compute(left_out),
            clusters=int(clusters.max()) + 1,
            seed=seed,
        )
        for index, compute in enumerate(computes)
    ]


def interval(compute: Compute, clusters: Ints, *, draws: int = DRAWS, seed: int = SEED) -> Interval | None:
    """Return the percentile interval of one metric.

    Args:
        compute: maps (draws, n) item weights to (draws,) values.
        clusters: (n,) cluster index of each item, from 0 without gaps.
        draws: number of bootstrap draws.
        seed: of the draws.

    Returns:
        None with fewer than two clusters, or if over 5 % of the draws have no value.
    """
    if clusters.size == 0 or clusters.max() == 0:
        return None
    return percentile(resample([compute], clusters, draws=draws, seed=seed)[0])
