"""Holm's correction of p values for several tests."""

from __future__ import annotations

import numpy as np

from harness.stats.arrays import Floats


def holm(p: Floats) -> Floats:
    """Adjust the (m,) p values of one family of tests (Holm 1979, Scand. J. Stat. 6, 65-70)."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted
