"""Holm's method against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from harness.stats.holm import holm


@pytest.mark.parametrize(("m", "seed"), [(1, 0), (2, 1), (30, 2)])
def test_adjusted_p_values_are_those_of_statsmodels(m: int, seed: int) -> None:
    p = np.random.default_rng(seed).uniform(0, 0.05, m).round(3)  # some of 30 are equal
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
