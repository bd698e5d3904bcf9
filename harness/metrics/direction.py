"""Whether a described change has the right direction."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def large_enough(given: Array, sd: Array) -> NDArray[np.bool_]:
    """Return (n, 2) whether given changes are large enough for the reader to see.

    The limit is sqrt(2) sd, the standard error of a difference of two readings with independent normal errors of
    standard deviation sd (error propagation).

    Args:
        given: (n, 2) given changes of valence and arousal.
        sd: (2,) the reader's error.
    """
    return np.asarray(np.abs(given) >= math.sqrt(2.0) * sd)


def right_way(read: Array, given: Array) -> Array:
    """Return 1 where the signs of the read and the given change are equal, 0 where they differ, 1/2 for no change.

    Args:
        read: changes read, of any shape.
        given: given changes other than 0, of the same shape.
    """
    return np.asarray((np.sign(read) * np.sign(given) + 1.0) / 2.0)
