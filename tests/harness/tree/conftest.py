"""Models that several tests share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from lm_eval.models.huggingface import HFLM

from harness.tree.model import PrefixTreeLM
from tests.harness.tree.models import MAX_LENGTH, random_model, tokenizer

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
