"""Scores of descriptions against a direct reading of their definition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.record import Item
from harness.text.similarity import similarities
from tests.making import item, toy_embed

WORDS = ("calm", "glad", "tense", "sad")


def cosine(one: str, other: str) -> float:
    first, second = toy_embed([one, other]).astype(np.float64)
    return float(first @ second)


def by_definition(items: list[Item], texts: list[str | None], index: int) -> dict[str, float | None]:
    here, text = items[index], texts[index]
    if text is None:
        return {"cosine": 0.0, "cosine_shuffled": 0.0, "own_auc": 0.0}
    own = [cosine(text, reference) for reference in here.references]
    others = [
        [cosine(text, reference) for reference in other.references if reference not in here.references]
        for other in items
        if other.cluster_id != here.cluster_id
    ]
    others = [far for far in others if far]
    if not others:
        return {"cosine": float(np.mean(own)), "cosine_shuffled": None, "own_auc": None}
    pairs = [
        np.mean([1.0 if near > far + 1e-6 else 0.5 if near > far - 1e-6 else 0.0 for near in own for far in of_one])
        for of_one in others
    ]
    shuffled = np.mean([np.mean(of_one) for of_one in others])
    return {"cosine": float(np.mean(own)), "cosine_shuffled": float(shuffled), "own_auc": float(np.mean(pairs))}


@st.composite
def described(draw: st.DrawFn) -> tuple[list[Item], list[str | None]]:
    n = draw(st.integers(1, 7))
    words = st.sampled_from(WORDS)
    items = [
        item(
            number,
            labels=[],
            cluster_id=f"c{draw(st.integers(0, 3))}",
            references=tuple(draw(st.lists(words, min_size=1, max_size=3))),
        )
        for number in range(n)
    ]
    return items, draw(st.lists(st.none() | words | st.text(max_size=5), min_size=n, max_size=n))


@given(case=described())
def test_scores_are_what_their_definition_says(case: tuple[list[Item], list[str | None]]) -> None:
    items, texts = case
    for index, scores in enumerate(similarities(items, texts, toy_embed)):
        expected = by_definition(items, texts, index)
        assert scores.keys() == expected.keys()
        for name, value in expected.items():
            assert scores[name] == pytest.approx(value, abs=2e-6), name


def test_a_text_equal_to_its_own_reference_is_nearer_than_any_other() -> None:
    items = [item(number, labels=[], references=(word,)) for number, word in enumerate(WORDS)]
    for scores in similarities(items, list(WORDS), toy_embed):
        assert scores["cosine"] == pytest.approx(1.0, abs=1e-5)
        assert scores["own_auc"] == 1.0


def test_one_text_for_all_is_as_near_to_own_as_to_others() -> None:
    items = [item(number, labels=[], references=(f"reference {number}",)) for number in range(30)]
    areas = [scores["own_auc"] for scores in similarities(items, ["the same"] * 30, toy_embed)]
    assert np.mean([area for area in areas if area is not None]) == pytest.approx(0.5, abs=1e-6)


def test_one_text_for_all_stays_at_chance_where_items_with_fewer_references_lie_nearer() -> None:
    counts = [1, 4] * 10
    items = [
        item(number, labels=[], references=tuple(f"reference {number} {which}" for which in range(many)))
        for number, many in enumerate(counts)
    ]
    rng = np.random.default_rng(0)
    near = {
        text: (0.8 if len(one.references) == 1 else 0.2) + 0.1 * rng.random()
        for one in items
        for text in one.references
    }

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        along = np.array([near.get(text, 1.0) for text in texts])
        return np.stack([along, np.sqrt(1 - along**2)], axis=1).astype(np.float32)

    found = similarities(items, ["the same"] * 20, embed)
    rows = [(one["own_auc"], one["cosine"], one["cosine_shuffled"]) for one in found]
    area, own, others = np.array(rows, dtype=np.float64).mean(axis=0)
    assert area == pytest.approx(0.5, abs=1e-6)
    assert own == pytest.approx(others, abs=1e-6)


def test_a_tie_counts_half() -> None:
    items = [item(number, labels=[], references=(f"reference {number}",)) for number in range(3)]
    for scores in similarities(items, ["a", "b", "c"], lambda texts: np.ones((len(texts), 1), dtype=np.float32)):
        assert scores == {"cosine": 1.0, "cosine_shuffled": 1.0, "own_auc": 0.5}


def test_the_same_words_elsewhere_are_not_anothers_reference() -> None:
    items = [item(number, labels=[], references=("one wording",)) for number in range(2)]
    first, _ = similarities(items, ["one wording", "else"], toy_embed)
    assert (first["cosine_shuffled"], first["own_auc"]) == (None, None)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_scores_do_not_depend_on_the_order_of_items(seed: int) -> None:
    items = [item(number, labels=[], references=(f"reference {number}",)) for number in range(12)]
    texts = [f"text {number}" for number in range(12)]
    order = np.random.default_rng(seed).permutation(12)
    straight = similarities(items, texts, toy_embed)
    shuffled = similarities([items[index] for index in order], [texts[index] for index in order], toy_embed)
    for place, index in enumerate(order):
        assert shuffled[place] == pytest.approx(straight[index], abs=2e-6)
