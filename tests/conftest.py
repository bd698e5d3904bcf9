"""What several tests need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.making import emotic_lookalike
from va_extractor.weights import default_folder

settings.register_profile("vaemo", deadline=None, max_examples=60)
settings.load_profile("vaemo")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep baselines and ceilings in a folder that the workers of one test run share."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", os.environ.get("HF_HOME") or str(Path.home() / ".cache" / "huggingface"))
        patch.setenv("VAEMO_WEIGHTS", str(default_folder()))
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        yield


@pytest.fixture(scope="session")
def lookalike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of features in the shape of EMOTIC."""
    return emotic_lookalike(tmp_path_factory.mktemp("lookalike"))
