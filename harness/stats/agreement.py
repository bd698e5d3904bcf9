"""Agreement of two continuous variables under item weights: Pearson r, Lin's CCC, RMSE.

Functions take two variables and a matrix of item weights, one row for each bootstrap draw, and return one value for
each row. A row of ones gives the point estimate. Moments are divided by the sum of weights (Lin 1989: by n), so a
weighted value equals the value on the repeated items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = NDArray[np.floating[Any]]

_RELATIVE_ZERO = 1e-12  # a variance below this fraction of the mean square is a rounding error


@dataclass(frozen=True)
class _Moments:
    """Weighted first and second moments, each of shape (draws,)."""

    mean_x: Array
    mean_y: Array
    var_x: Array
    var_y: Array
    cov: Array


def _moments(x: Array, y: Array, w: Weights) -> _Moments:
    shift_x, shift_y = (x.mean(), y.mean()) if len(x) else (0.0, 0.0)
    x, y = x - shift_x, y - shift_y  # centring first keeps the algebra stable under large offsets
    with np.errstate(invalid="ignore", divide="ignore"):
        total = w.sum(axis=1)
        sums = w @ np.column_stack([x, y, x * x, y * y, x * y])
        mean_x, mean_y, xx, yy, xy = (sums / total[:, None]).T
    var_x, var_y = xx - mean_x**2, yy - mean_y**2
    var_x = np.where(var_x <= _RELATIVE_ZERO * xx, 0.0, var_x)
    var_y = np.where(var_y <= _RELATIVE_ZERO * yy, 0.0, var_y)
    return _Moments(mean_x + shift_x, mean_y + shift_y, var_x, var_y, xy - mean_x * mean_y)


def _checked(x: Array, y: Array, w: Weights) -> tuple[Array, Array, Array]:
    """Return the three as float arrays, without items that lack a value of x or y."""
    x, y, w = (np.asarray(a, dtype=np.float64) for a in (x, y, w))
    if x.ndim != 1 or x.shape != y.shape or w.ndim != 2 or w.shape[1] != x.shape[0]:
        raise ValueError(f"shapes {x.shape}, {y.shape}, {w.shape} are not (n,), (n,), (draws, n)")
    known = np.isfinite(x) & np.isfinite(y)
    return x[known], y[known], w[:, known]


def pearson(x: Array, y: Array, w: Weights) -> Array:
    """Return Pearson's product-moment correlation for each draw.

    Args:
        x: shape (n,); items with NaN are left out.
        y: shape (n,); items with NaN are left out.
        w: item weights, shape (draws, n), at least 0.

    Returns:
        Shape (draws,), in [-1, 1]; NaN if x or y is constant or no weight is left.
    """
    m = _moments(*_checked(x, y, w))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = m.cov / np.sqrt(m.var_x * m.var_y)
    return np.where((m.var_x > 0) & (m.var_y > 0), np.clip(r, -1.0, 1.0), np.nan)


def ccc(x: Array, y: Array, w: Weights) -> Array:
    """Return Lin's concordance correlation coefficient for each draw.

    2 s_xy / (s_x^2 + s_y^2 + (mean_x - mean_y)^2), Lin (1989), Biometrics 45(1), 255-268, equation 2 with moments
    over n.

    Args:
        x: shape (n,); items with NaN are left out.
        y: shape (n,); items with NaN are left out.
        w: item weights, shape (draws, n), at least 0.

    Returns:
        Shape (draws,), in [-1, 1]; 0 if one variable is constant; NaN if both are, or no weight is left.
    """
    m = _moments(*_checked(x, y, w))
    spread = m.var_x + m.var_y
    with np.errstate(invalid="ignore", divide="ignore"):
        value = 2.0 * m.cov / (spread + (m.mean_x - m.mean_y) ** 2)
    value = np.where((m.var_x > 0) & (m.var_y > 0), value, 0.0)
    return np.where(spread > 0, value, np.nan)


def rmse(x: Array, y: Array, w: Weights) -> Array:
    """Return the root of the weighted mean squared difference for each draw, in the unit of x and y.

    Args:
        x: shape (n,); items with NaN are left out.
        y: shape (n,); items with NaN are left out.
        w: item weights, shape (draws, n), at least 0.

    Returns:
        Shape (draws,), at least 0; NaN if no weight is left.
    """
    x, y, w = _checked(x, y, w)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt((w @ (x - y) ** 2) / w.sum(axis=1)))
