"""Length, repetition, sameness and echo, by hand and against a plain pairwise Jaccard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.text.style import NEAR, SHINGLE, echo, length, nearly_identical, repetition


def test_length_counts_words() -> None:
    np.testing.assert_array_equal(length(["", "One, two - three!", "It isn't well-meant."]), [0, 3, 3])


def test_repetition_is_one_minus_distinct_pairs() -> None:
    # "a b a b a": pairs ab ba ab ba, two distinct of four
    np.testing.assert_allclose(repetition(["a b a b a", "a b c", "a", ""]), [0.5, 0.0, np.nan, np.nan])


@pytest.mark.parametrize("text", ["High Arousal.", "valence is low", "about -0.3 here", "0.75", "at .5"])
def test_echo(text: str) -> None:
    assert echo([text])[0] == 1


@pytest.mark.parametrize("text", ["A calm mood.", "aroused", "10 people", ""])
def test_no_echo(text: str) -> None:
    assert echo([text])[0] == 0


def brute_force(texts: list[str]) -> list[float]:
    def shingles(text: str) -> set[str]:
        tokens = text.split()
        return {" ".join(tokens[i : i + SHINGLE]) for i in range(max(1, len(tokens) - SHINGLE + 1))}

    sets = [shingles(text) for text in texts]
    return [
        float(any(len(a & b) / len(a | b) >= NEAR for j, b in enumerate(sets) if i != j)) for i, a in enumerate(sets)
    ]


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=9).map(" ".join), max_size=12))
def test_nearly_identical_is_the_pairwise_jaccard(texts: list[str]) -> None:
    assert nearly_identical(texts).tolist() == brute_force(texts)


def test_nearly_identical_across_blocks() -> None:
    texts = [f"text number {'x' * i} is unlike all of the others" for i in range(2000)]
    texts += ["the same words stand here once more today", "The same words stand here once more today!"]
    assert np.flatnonzero(nearly_identical(texts)).tolist() == [2000, 2001]
