"""Measure many images: worker processes on this machine, or a Ray cluster. Both write the same bytes.

On a cluster, weights and images need the same paths on every node; the output folder must be on a shared file system.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing.connection import wait as wait_for
from typing import Any

import numpy as np

from va_extractor.common.errors import InputError, need
from va_extractor.dataset import write_parquet
from va_extractor.faces.measure import Setup, Tools, measure
from va_extractor.faces.shards import Job
from va_extractor.schema import Provenance, with_provenance


class Worker:
    """Measures the items of a shard and writes it."""

    def __init__(self, setup: Setup, provenance: Provenance) -> None:
        self._tools = Tools(setup)
        self._provenance = provenance

    def __call__(self, job: Job) -> int:
        """Make one shard; return its number of rows."""
        table = measure(job.items, self._tools)
        write_parquet(with_provenance(table, self._provenance), job.path)
        return len(job.items)


_given: tuple[Setup, Provenance]


def run_local(jobs: Sequence[Job], setup: Setup, provenance: Provenance, workers: int) -> Iterator[int]:
    """Make shards in `workers` processes of one thread each; with one worker, in this process.

    Yields:
        Rows of each shard, as it is done.

    Raises:
        InputError: a worker died (killed, out of memory), or raised one; finished shards stay.
    """
    if workers == 1:
        yield from map(Worker(setup, provenance), jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=(setup, provenance)) as pool:
        waiting = iter(jobs)
        running: set[Future[int]] = set()
        try:
            while True:
                while len(running) < 2 * workers and (job := next(waiting, None)) is not None:
                    running.add(pool.submit(_make, job))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenProcessPool:
            hint = "run the same command with fewer --workers to resume"
            raise InputError("a worker process died (out of memory?)", code="incomplete", hint=hint) from None


def _start(setup: Setup, provenance: Provenance) -> None:
    global _given  # noqa: PLW0603 - the only place for an initializer's values
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C reaches workers too: only the parent reports it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _given = setup, provenance


@cache
def _worker() -> Worker:
    """Load the tools at the first shard, so that their errors reach the parent."""
    return Worker(*_given)


def _make(job: Job) -> int:
    return _worker()(job)


def _end_with_parent() -> None:
    """Exit when the parent is killed; otherwise workers wait for ever on the pool's pipes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


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


def run_ray(jobs: Sequence[Job], setup: Setup, provenance: Provenance, workers: int) -> Iterator[int]:
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
