"""Models that several tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from lm_eval.models.huggingface import HFLM

from harness.models.api import limits
from harness.models.tree.model import PrefixTreeLM
from tests.harness.models.tree.completion_server import Behaviour, serve
from tests.harness.models.tree.models import MAX_LENGTH, random_model, tokenizer

Connect = Callable[..., Any]
Both = Callable[..., tuple[HFLM, PrefixTreeLM]]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tiny models are slower on more threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def both() -> Both:
    """Return a function that gives HFLM and the tree over one random model."""

    def make(name: str, dtype: torch.dtype = torch.float32, **options: Any) -> tuple[HFLM, PrefixTreeLM]:
        model = random_model(name, dtype)
        given = {"tokenizer": tokenizer(), "batch_size": 8, "max_length": MAX_LENGTH} | options
        return HFLM(model, **given), PrefixTreeLM(model, **given)

    return make


@pytest.fixture
def behaviour() -> Behaviour:
    """Return what the server does, for a test to change."""
    return Behaviour()


@pytest.fixture
def served(behaviour: Behaviour, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Serve a tiny model's completions; gives the arguments with which a back end asks for them."""
    folder = tmp_path / "tokenizer"
    tokenizer().save_pretrained(folder)
    with serve(random_model("llama"), tokenizer(), behaviour) as url:
        yield {"model": "tiny", "base_url": url, "tokenizer": str(folder), "tokenizer_backend": "huggingface"}


@pytest.fixture
def connect(served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Return a function that gives a model of a class, connected to the server."""
    monkeypatch.setattr(limits, "FIRST_BACKOFF_S", 0.001)  # retries need not wait

    def make(kind: Connect, **options: Any) -> Any:
        return kind(**(served | {"max_length": 96} | options))

    return make
