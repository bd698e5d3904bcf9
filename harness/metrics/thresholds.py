"""Items of a label grouped by threshold, so that weights at thresholds are sparse products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RUN = 16


@dataclass(frozen=True)
class Steps:
    """The T thresholds of one label at which a true item enters, highest score first; each matrix is (T, n).

    Attributes:
        true: true items that enter at each threshold.
        tied: false items with the same score.
        false: false items that enter after the threshold before, tied ones included.
    """

    true: Any
    tied: Any
    false: Any


@dataclass(frozen=True)
class Areas:
    """Areas under the two curves of each label.

    Attributes:
        precision: (draws, k) average precision; NaN if no item is true.
        roc: (draws, k) area under the ROC curve; NaN if all items or none are true.
    """

    precision: NDArray[np.float64]
    roc: NDArray[np.float64]


class Latest:
    """The last weights and their areas: a bootstrap computes several metrics on the same weights."""

    weights: NDArray[np.floating[Any]] | None = None
    areas: Areas


def steps(gold: NDArray[np.bool_], scores: NDArray[np.float64]) -> Steps:
    """Group one label's (n,) items by threshold; items without a score (NaN) form the last threshold."""
    scores = np.where(np.isnan(scores), -np.inf, scores)
    order = np.argsort(-scores, kind="stable")
    true, ordered = gold[order], scores[order]
    group = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])
    opened = np.unique(group[true])
    step = np.searchsorted(opened, group)
    kept = step < opened.size
    same = np.isin(group, opened)
    shape = (opened.size, gold.size)
    return Steps(
        true=_membership(step, order, true, shape),
        tied=_membership(step, order, ~true & same, shape),
        false=_membership(step, order, ~true & kept, shape),
    )


def _membership(step: NDArray[Any], order: NDArray[Any], chosen: NDArray[np.bool_], shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_array

    starts = np.searchsorted(step[chosen], np.arange(shape[0] + 1))
    return csr_array((np.ones(starts[-1], dtype=np.float32), order[chosen], starts), shape=shape)


def cumulative(rows: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return running sums of (T, draws) `rows` along the first axis.

    Summing runs of 16 rows, then the runs, takes a third of the time of `numpy.cumsum`, which goes column by column.
    """
    height = -(-len(rows) // _RUN)
    padded = np.zeros((height * _RUN, rows.shape[1]), dtype=rows.dtype)
    padded[: len(rows)] = rows
    runs = padded.reshape(height, _RUN, rows.shape[1])
    for row in range(1, _RUN):
        runs[:, row] += runs[:, row - 1]
    runs[1:] += np.cumsum(runs[:-1, -1], axis=0)[:, None]
    return padded[: len(rows)]
