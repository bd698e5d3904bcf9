"""Whether a description tells a change in the right direction, by what is read from its beginning and its end."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def large_enough(given: Array, sd: Array) -> NDArray[np.bool_]:
    """Return which given changes are large enough to be told, shape (n, 2).

    A change counts from sqrt(2) sd on: the standard error of a difference of two readings with independent normal
    errors of standard deviation sd (error propagation). What moves less, no reading could tell from rest.

    Args:
        given: (n, 2) given changes of valence and arousal.
        sd: (2,) the reader's error.
    """
    return np.asarray(np.abs(given) >= math.sqrt(2.0) * sd)


def right_way(read: Array, given: Array) -> Array:
    """Return 1 where the change read has the sign of the given one, 0 where it has the other, 1/2 where nothing moves.

    Args:
        read: changes read, of any shape.
        given: given changes other than 0, of the same shape.
    """
    return np.asarray((np.sign(read) * np.sign(given) + 1.0) / 2.0)
