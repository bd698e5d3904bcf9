"""Cluster numbers of items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.record import Item
from harness.stats.arrays import Ints


def cluster_index(items: Sequence[Item]) -> Ints:
    """Return (n,) cluster numbers from 0 without gaps, in order of first appearance."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(item.cluster_id, len(numbers)) for item in items], dtype=np.int64)
