"""A Ray cluster: Ray Data's `map_batches` with a pool of actors, one worker each.

Weights and images need the same paths on every node; the output folder must be on a shared file system.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from va_extractor.common.errors import InputError, need
from va_extractor.faces.engines import Worker
from va_extractor.faces.measure import Setup
from va_extractor.faces.shards import Job
from va_extractor.schema import Provenance


class _Actor:
    """Ray's form of a worker: a batch of shards in, a batch of counts out.

    An `InputError` is returned as a pickled value, since Ray wraps what is raised.
    """

    def __init__(self, setup: Setup, provenance: Provenance) -> None:
        self._worker = cache(lambda: Worker(setup, provenance))

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, list[Any]]:
        try:
            return {"rows": [self._worker()(job) for job in batch["job"]], "error": [b""] * len(batch["job"])}
        except InputError as error:
            return {"rows": [0], "error": [pickle.dumps(error)]}


def run(jobs: Sequence[Job], setup: Setup, provenance: Provenance, workers: int) -> Iterator[int]:
    """Make shards in a pool of at most `workers` actors, and at most one fewer than the cluster's processors.

    Yields:
        Rows of each shard, as it is done.

    Raises:
        InputError: the extra `[ray]` is missing, or a worker raised one; finished shards stay.
    """
    ray = need("ray", "ray", "--engine ray")
    data: Any = need("ray.data", "ray", "--engine ray")
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # it warns that jobs are Python objects
    # Ray Data's own tasks need a processor besides the actors: two actors on two processors block (ray #44687).
    actors = max(1, min(workers, int(ray.cluster_resources()["CPU"]) - 1))
    rows = data.from_items([{"job": job} for job in jobs], override_num_blocks=len(jobs)).map_batches(
        _Actor,
        fn_constructor_args=(setup, provenance),
        batch_size=1,
        compute=data.ActorPoolStrategy(size=actors),
        num_cpus=1,
    )
    for row in rows.iter_rows():
        if row["error"]:
            raise pickle.loads(row["error"])  # noqa: S301 - written by our own actor
        yield int(row["rows"])
