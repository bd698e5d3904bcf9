"""Holm's method against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from harness.stats.holm import holm


@given(st.integers(1, 30), st.integers(0, 1000))
@settings(max_examples=12)  # statsmodels takes a sixth of a second for each call
def test_adjusted_p_values_are_those_of_statsmodels(m: int, seed: int) -> None:
    p = np.random.default_rng(seed).uniform(0, 0.05, m).round(3)  # some are equal
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
