"""What several tests need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.making import emotic_lookalike

settings.register_profile("vaemo", deadline=None, max_examples=60)
settings.load_profile("vaemo")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep small fits on one thread: on a busy machine, threads that wait for each other take five times as long."""
    import sklearn.linear_model  # noqa: F401  loads the libraries whose threads are limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def lookalike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of features in the shape of EMOTIC."""
    return emotic_lookalike(tmp_path_factory.mktemp("lookalike"))
