"""Samples of items keep proportions of labels and clusters, and are nested."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.record import Item
from harness.tasks.sampling import sample, size


def item(number: int, label: str, cluster: str) -> Item:
    return Item(item_id=str(number), cluster_id=cluster, valence=0.0, arousal=0.0, labels=(label,))


def test_items_sorted_by_label_lose_no_label_that_the_sample_has_room_for() -> None:
    items = [item(number, "abcdefg"[number // 20], str(number % 20)) for number in range(140)]
    for number in (14, 35, 70):
        counts = Counter(items[index].labels[0] for index in sample(items, number))
        assert set(counts.values()) <= {number // 7 - 1, number // 7, number // 7 + 1}
        assert len(counts) == 7


def test_a_stratum_takes_every_cluster_once_before_any_twice() -> None:
    items = [item(number, "a", str(number // 10)) for number in range(100)]
    assert Counter(items[index].cluster_id for index in sample(items, 10)) == {str(one): 1 for one in range(10)}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1, max_size=60), st.data())
def test_samples_are_nested_and_exact(made: list[tuple[str, str]], data: st.DataObject) -> None:
    items = [item(number, *one) for number, one in enumerate(made)]
    larger = data.draw(st.integers(1, len(items)))
    smaller = data.draw(st.integers(1, larger))
    chosen = sample(items, larger)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == larger
    assert set(sample(items, smaller)) <= set(chosen)
    shares = Counter(one for one, _ in made)
    for label, count in Counter(items[index].labels[0] for index in chosen).items():
        assert abs(count - shares[label] * larger / len(items)) < len(shares)


@pytest.mark.parametrize(("limit", "kept"), [(None, 10), (3, 3), (99, 10), (0.25, 3)])
def test_a_limit_is_a_number_or_a_fraction(limit: float | None, kept: int) -> None:
    assert size(limit, 10) == kept
