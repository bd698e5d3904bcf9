"""Examples: nearest ones against scikit-learn, none of the question's cluster, random ones alike for all questions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from harness.tasks.prompts.examples import choose
from va_extractor.common.errors import InputError


@given(st.integers(0, 10_000), st.integers(1, 6), st.booleans())
def test_nearest_are_those_of_scikit_learn_among_other_clusters(seed: int, shots: int, coarse: bool) -> None:
    rng = np.random.default_rng(seed)
    train, asked = rng.uniform(-1, 1, (40, 2)), rng.uniform(-1, 1, (12, 2))
    if coarse:  # many equal distances, as on the ten steps of a rating scale
        train, asked = np.round(train, 1), np.round(asked, 1)
    clusters = [f"c{number}" for number in rng.integers(0, 10, 40)]
    of_asked = [f"c{number}" for number in rng.integers(0, 14, 12)]
    found = choose(train, clusters, asked, of_asked, shots=shots, how="nearest")
    for point, cluster, places in zip(asked, of_asked, found, strict=True):
        assert cluster not in {clusters[place] for place in places}
        assert len(set(places)) == shots
        others = np.array([place for place, name in enumerate(clusters) if name != cluster])
        expected, _ = NearestNeighbors(n_neighbors=shots, algorithm="brute").fit(train[others]).kneighbors([point])
        distances = np.linalg.norm(train[places] - point, axis=1)
        assert distances[::-1] == pytest.approx(expected[0], abs=1e-7)  # the nearest stands last
    assert found == choose(train, clusters, asked, of_asked, shots=shots, how="nearest")


def test_equally_near_items_are_not_taken_in_the_order_of_the_file() -> None:
    train = np.zeros((50, 2))
    [places] = choose(train, [f"c{row}" for row in range(50)], np.zeros((1, 2)), ["q"], shots=4, how="nearest")
    assert places != [3, 2, 1, 0]


def test_random_examples_are_the_same_for_all_questions_of_other_clusters() -> None:
    rng = np.random.default_rng(0)
    train, asked = rng.uniform(-1, 1, (30, 2)), rng.uniform(-1, 1, (5, 2))
    clusters = [f"c{row}" for row in range(30)]
    first, *rest = choose(train, clusters, asked, ["q"] * 5, shots=3, how="random")
    assert rest == [first] * 4
    [without] = choose(train, clusters, asked[:1], [clusters[first[0]]], shots=3, how="random")
    assert first[0] not in without
    assert without[:2] == first[1:]


def test_too_few_items_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        choose(np.zeros((3, 2)), ["a", "b", "q"], np.zeros((1, 2)), ["q"], shots=3, how="random")
    assert (raised.value.problem.field, raised.value.problem.found) == ("metadata.axes.shots", 3)
