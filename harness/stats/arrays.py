"""The types of arrays that statistics and metrics share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Counts = NDArray[np.float32]
Weights = NDArray[np.floating[Any]]
"""Item weights, (draws, n): float64 for a point estimate, float32 for bootstrap counts (exact below 2**24)."""
