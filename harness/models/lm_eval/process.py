"""Process-wide setup: seeds, garbage collection, ranks, logging."""

from __future__ import annotations

import gc
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from harness.record import Seeds

_OBJECTS_A_COLLECTION = 200_000


@contextmanager
def rare_collection() -> Iterator[None]:
    """Collect cyclic garbage a few hundred times less often.

    With 10,000 documents of 26 choices each, collection took three quarters of the time: requests are not garbage.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_A_COLLECTION, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def set_seeds(seeds: Seeds) -> None:
    """Seed Python, numpy and, if it is loaded, torch."""
    random.seed(seeds.python)
    np.random.seed(seeds.numpy)  # noqa: NPY002  back ends draw from the global generator
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seeds.torch)


def processes() -> int:
    """Return how many processes a launcher (`accelerate launch`, `torchrun`) started for this run."""
    return int(os.environ.get("WORLD_SIZE", "1"))
