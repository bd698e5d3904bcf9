"""A model's headline score on the bootstrap draws that all models of a column share.

The metrics are those of `harness`, called here for the draws alone; no stated number is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.record import Sample, TaskRecord
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

Floats = NDArray[np.float64]
Bytes = NDArray[np.float32]
DRAWS = 1000
SEED = 20250211


def headline_draws(task: TaskRecord, samples: Sequence[Sample], where: str) -> Bytes:
    """Return (draws,) headline scores, items in the order of their ids.

    Raises:
        InputError: the samples do not fit the task.
    """
    return metric_draws(task, samples, task.headline, where)


def metric_draws(task: TaskRecord, samples: Sequence[Sample], name: str, where: str) -> Bytes:
    """Return (draws,) scores of one metric; arguments and errors as `headline_draws`."""
    from harness.kinds.arrays import outcome
    from harness.metrics import metrics_of
    from harness.record.kinds import Kind
    from harness.scoring.samples import answered
    from harness.stats.bootstrap import cluster_weights
    from harness.stats.clusters import cluster_index

    absent = sum(sample.answer.missing is not None for sample in samples)
    if absent:
        raise InputError(f"{where}: {absent} answers are missing; only whole runs are ranked and compared")
    ordered = sorted(samples, key=lambda sample: sample.item.item_id)
    kind = Kind(task.kind)
    try:
        metric = next(metric for metric in metrics_of(kind) if metric.name == name)
        given = outcome(kind, task.labels, answered(ordered))
        clusters = cluster_index([sample.item for sample in ordered])
        blocks = [metric.compute(given, weights) for weights in cluster_weights(clusters, DRAWS, SEED)]
    except Exception as error:  # a page is built from what holds; the rest is named and left out
        raise InputError(f"{where}: the samples do not fit the task: {one_line(str(error), 80)}") from None
    return np.concatenate(blocks).astype(np.float32)
