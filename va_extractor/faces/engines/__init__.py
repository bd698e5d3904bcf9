"""Measure many images: worker processes on this machine, or a Ray cluster. Both write the same bytes."""

from __future__ import annotations

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
