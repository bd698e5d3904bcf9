"""Plans: nothing twice, nothing missing, and whatever a token must see is there."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.models.tree.layouts import RowsLayout
from harness.models.tree.plan import Stage, make_batches, make_plan
from harness.models.tree.trie import Pair, TokenTrie, build_trie
from tests.harness.models.tree.test_trie import pairs


def ancestors(trie: TokenTrie, node: int) -> set[int]:
    return {j for j in range(node) if node < trie.end[j]}


def stages(top: Stage, cached: list[int]) -> list[tuple[Stage, list[int]]]:
    """Return each stage with the trie tokens in its cache."""
    cached = cached + top.chain.tolist()
    return [(top, cached)] + [found for child in top.children for found in stages(child, cached)]


@settings(deadline=None)
@given(pairs, st.integers(1, 12))
def test_each_token_is_forwarded_once_behind_its_ancestors(given_pairs: list[Pair], row_tokens: int) -> None:
    trie = build_trie(given_pairs)
    forwarded: list[int] = []
    for stage, cached in stages(make_plan(trie, row_tokens), []):
        assert len(cached) == stage.prefix
        forwarded += stage.chain.tolist()
        for row in stage.rows:
            forwarded += row.tolist()
            for node in row.tolist():
                assert set(cached) <= ancestors(trie, node)
                assert ancestors(trie, node) <= set(cached) | set(row.tolist())
    assert sorted(forwarded) == list(range(len(trie)))


def test_a_row_stops_at_its_limit() -> None:
    trie = build_trie([([1, 2, 3, first, second], [9]) for first in range(4, 9) for second in range(4)])
    (stage,) = make_plan(trie, 10).children
    assert stage.chain.tolist() == [0, 1, 2]
    assert [len(row) for row in stage.rows] == [10, 10, 5]


def test_a_trie_that_fits_is_one_row() -> None:
    trie = build_trie([([1, 2], [3, 4]), ([1, 2], [5])])
    plan = make_plan(trie, 100)
    assert not plan.children
    assert [row.tolist() for row in plan.rows] == [[0, 1, 2]]


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), max_size=20), st.integers(1, 64))
def test_padded_batches_stay_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = make_batches(lengths, budget)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


@settings(deadline=None)
@given(pairs)
def test_rows_are_the_paths_to_the_leaves(given_pairs: list[Pair]) -> None:
    trie = build_trie(given_pairs)
    paths = RowsLayout(64).split(trie, np.arange(len(trie)))
    leaves = [i for i in range(len(trie)) if trie.end[i] == i + 1]
    assert [trie.tokens[path].tolist() for path in paths] == trie.paths_to(np.array(leaves))
