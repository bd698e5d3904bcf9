"""Outcomes and weights for property tests, small enough for ties, empty classes and undefined values to be common."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from harness.kinds import Kind
from harness.metrics.outcome import Labelled, LabelSets, Outcome, Ranked
from harness.stats.arrays import Floats

LABELS = ("a", "b", "c", "d")
Case = tuple[Any, NDArray[np.int64]]


def values(name: str, kind: Kind, outcome: Outcome, weights: NDArray[np.int64]) -> Floats:
    """Return one metric's (draws,) values under (draws, n) weights."""
    return kind.metric(name).compute(outcome, weights.astype(np.float64))


def weighted(n: int, draws: int = 3) -> st.SearchStrategy[NDArray[np.int64]]:
    """Draw (draws, n) weights 0..3 with a row of ones in front, no row all zero."""
    rows = hnp.arrays(np.int64, (draws, n), elements=st.integers(0, 3))
    ones = np.ones((1, n), dtype=np.int64)
    return rows.map(lambda drawn: np.concatenate([ones, np.where(drawn.any(axis=1, keepdims=True), drawn, 1)]))


@st.composite
def labelled(draw: st.DrawFn) -> Case:
    """Draw single-label answers, some of which name no label."""
    n = draw(st.integers(1, 12))
    gold = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 3)))
    predicted = draw(hnp.arrays(np.int64, n, elements=st.integers(-1, 3)))
    return Labelled(gold, predicted, np.full(n, 4), LABELS), draw(weighted(n))


@st.composite
def label_sets(draw: st.DrawFn) -> Case:
    """Draw sets of labels, empty ones among them."""
    shape = (draw(st.integers(1, 10)), 4)
    gold, predicted = draw(hnp.arrays(np.bool_, shape)), draw(hnp.arrays(np.bool_, shape))
    return LabelSets(gold, predicted, LABELS), draw(weighted(shape[0]))


@st.composite
def ranked(draw: st.DrawFn) -> Case:
    """Draw scores with many ties."""
    shape = (draw(st.integers(1, 12)), 4)
    gold = draw(hnp.arrays(np.bool_, shape))
    scores = draw(hnp.arrays(np.float64, shape, elements=st.sampled_from([-3.0, -1.0, -0.999999, 0.0, 2.5])))
    return Ranked(gold, scores, LABELS), draw(weighted(shape[0]))
