"""Confidence intervals by the cluster bootstrap.

Items of one cluster (one image, one person, one video) are not independent, so whole clusters are drawn with
replacement (Field, C. A. & Welsh, A. H. (2007). Bootstrapping clustered data. J. R. Stat. Soc. B 69, 369-390). A draw
is a row of counts, and a metric maps all rows at once to its resampling distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from harness.metrics.outcome import Floats, Ints
from leaderboard.schema import Interval

METHOD = "cluster bootstrap, percentile"
LEVEL = 0.95
DRAWS = 1000
SEED = 20250211
_CHUNK_CELLS = 4_000_000
_MIN_DEFINED = 0.95


def cluster_weights(clusters: Ints, draws: int, seed: int) -> Iterator[Floats]:
    """Draw clusters with replacement and yield blocks of item weights.

    Args:
        clusters: (n,) cluster index of each item, from 0 without gaps.
        draws: how many draws in all.
        seed: of numpy's PCG64; the same draws come out whatever the block size.

    Yields:
        (block, n) counts, how often each item's cluster was drawn; blocks add up to `draws` rows.
    """
    rng = np.random.default_rng(seed)
    count = int(clusters.max()) + 1
    block = max(1, _CHUNK_CELLS // clusters.size)
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        drawn = rng.multinomial(count, np.full(count, 1 / count), size=rows)
        yield drawn[:, clusters].astype(np.float64)


def interval(
    compute: Callable[[Floats], Floats], clusters: Ints, *, draws: int = DRAWS, seed: int = SEED
) -> Interval | None:
    """Return the percentile interval of a metric at `LEVEL`.

    Args:
        compute: maps (draws, n) item weights to (draws,) values.
        clusters: (n,) cluster index of each item, from 0 without gaps.
        draws: number of bootstrap draws.
        seed: of the draws.

    Returns:
        None where there are fewer than two clusters, or where over 5 % of the draws have no value.
    """
    if clusters.size == 0 or clusters.max() == 0:
        return None
    values = np.concatenate([compute(weights) for weights in cluster_weights(clusters, draws, seed)])
    defined = values[~np.isnan(values)]
    if defined.size < _MIN_DEFINED * draws:
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(low=float(low), high=float(high), level=LEVEL, method=METHOD, draws=draws, seed=seed)
