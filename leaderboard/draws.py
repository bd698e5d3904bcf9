"""Compute an entry's main score on the bootstrap draws that all entries of a column share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.kinds import get
from harness.record import Sample, TaskRecord
from harness.scoring.samples import answered
from harness.stats.bootstrap import SEED, cluster_weights
from harness.stats.clusters import cluster_index
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

Draws = NDArray[np.float32]
DRAWS = 1000


def main_score_draws(task: TaskRecord, samples: Sequence[Sample], where: str) -> Draws:
    """Return (draws,) main scores; items are taken in the order of their ids.

    Raises:
        InputError: an answer is missing, or the samples do not fit the task.
    """
    if absent := sum(sample.answer.missing is not None for sample in samples):
        raise InputError(f"{absent} answers are missing", code="incomplete", file=where)
    ordered = sorted(samples, key=lambda sample: sample.item.item_id)
    kind = get(task.kind)
    try:
        metric = kind.metric(task.main_score)
        given = kind.outcome(task.labels, answered(ordered))
        clusters = cluster_index([sample.item for sample in ordered])
        blocks = [metric.compute(given, weights) for weights in cluster_weights(clusters, DRAWS, SEED)]
    except Exception as error:  # samples from a stranger that do not fit their task
        what = f"the samples do not fit the task: {one_line(str(error), 80)}"
        raise InputError(what, code="conflict", file=where) from None
    return np.concatenate(blocks).astype(np.float32)
