"""What several tests need."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.making import emotic_lookalike

settings.register_profile("vaemo", deadline=None, max_examples=60)
settings.load_profile("vaemo")


@pytest.fixture(scope="session")
def lookalike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of features in the shape of EMOTIC."""
    return emotic_lookalike(tmp_path_factory.mktemp("lookalike"))
