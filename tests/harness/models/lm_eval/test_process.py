"""What a run sets in its process, and puts back."""

from __future__ import annotations

import gc
import random

import numpy as np
import pytest

from harness.models import lm_eval as _compat
from harness.record import Seeds


def test_garbage_is_collected_seldom_for_a_while_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), _compat.rare_collection():
        assert gc.get_threshold()[0] > 100 * before[0]
        raise KeyError
    assert gc.get_threshold() == before


def test_seeds_are_those_of_the_generators_themselves() -> None:
    _compat.set_seeds(Seeds(python=5, numpy=6, torch=7, fewshot=8, bootstrap=9, chance=10))
    assert random.random() == random.Random(5).random()
    assert np.random.random() == np.random.RandomState(6).random_sample()  # noqa: NPY002  what back ends draw from


def test_a_launcher_says_how_many_processes_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert _compat.processes() == 1
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert _compat.processes() == 4
