"""Predictors from valence and arousal of whether a label that is stated of an item is true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.kinds.arrays import membership, points
from harness.record import Item
from harness.scoring.baselines.scores import to_shares
from harness.scoring.ceilings.labels import LOOKUP, PUBLISHED, RowScores, lookup, row_scores
from harness.stats.arrays import Floats
from harness.tasks.documents import Question


def judge_scores(question: Question, items: Sequence[Item]) -> dict[str, Floats]:
    """Return (n, 2) log-odds, of the choices as they stand, that the label stated of n items is true, by predictor.

    They are those of the item against the average item: ln(p / mean p), p how likely the predictor finds the label.
    `lookup` has the share of true statements among those of the same label and the same two printed numbers.
    """
    by_row = row_scores(question, items)
    stated = np.array([by_row.labels.index(str(item.statement)) for item in items])
    found = {name: _odds(name, by_row, stated) for name in by_row.scores if name != LOOKUP}
    signs = np.array([1.0 if choice == "true" else -1.0 for choice in items[0].choices])
    answers = {name: odds[:, None] * signs / 2 for name, odds in found.items()}
    truth = membership([item.labels for item in items], items[0].choices)
    return answers | {LOOKUP: lookup(np.column_stack([points(items), stated]), truth)}


def _odds(name: str, by_row: RowScores, stated: NDArray[np.int64]) -> Floats:
    scores = by_row.scores[name]
    shares = to_shares(scores) if name in PUBLISHED else np.exp(scores)
    found: Floats = np.log(shares[by_row.rows, stated] / shares.mean(axis=0)[stated])
    return found
