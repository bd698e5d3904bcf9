"""Worker processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing.connection import wait as wait_for

from va_extractor.common.errors import InputError
from va_extractor.faces.engines import Worker
from va_extractor.faces.measure import Setup
from va_extractor.faces.shards import Job
from va_extractor.schema import Provenance

_given: tuple[Setup, Provenance]


def run(jobs: Sequence[Job], setup: Setup, provenance: Provenance, workers: int) -> Iterator[int]:
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
