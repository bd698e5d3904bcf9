"""The trie against sets of prefixes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.models.tree.trie import Pair, build_trie, truncate

tokens = st.lists(st.sampled_from([0, 1, 2, 255, 256, 70000]), min_size=1, max_size=6)
pairs = st.lists(st.tuples(tokens, tokens), min_size=1, max_size=12)


def read(pair: Pair) -> list[int]:
    """Return what a causal model reads to score a pair."""
    return [*pair[0], *pair[1]][:-1]


@settings(deadline=None)
@given(pairs)
def test_every_distinct_prefix_is_forwarded_once(given_pairs: list[Pair]) -> None:
    trie = build_trie(given_pairs)
    prefixes = {tuple(read(pair)[: i + 1]) for pair in given_pairs for i in range(len(read(pair)))}
    paths = trie.paths_to(np.arange(len(trie)))
    assert len(paths) == len(prefixes)
    assert set(map(tuple, paths)) == prefixes
    assert [len(path) - 1 for path in paths] == trie.depth.tolist()


@settings(deadline=None)
@given(pairs)
def test_descendants_follow_up_to_the_end(given_pairs: list[Pair]) -> None:
    trie = build_trie(given_pairs)
    paths = trie.paths_to(np.arange(len(trie)))
    for j, ancestor in enumerate(paths):
        below = [i for i, path in enumerate(paths) if path[: len(ancestor)] == ancestor]
        assert below == list(range(j, trie.end[j]))


@settings(deadline=None)
@given(pairs)
def test_each_pair_asks_for_its_own_next_tokens(given_pairs: list[Pair]) -> None:
    trie = build_trie(given_pairs)
    paths = trie.paths_to(np.arange(len(trie)))
    for given_pair, distinct in zip(given_pairs, trie.pair_of, strict=True):
        mine = trie.edge_pair == distinct
        asked = {
            (tuple(paths[node]), token) for node, token in zip(trie.edge_node[mine], trie.edge_token[mine], strict=True)
        }
        context, continuation = given_pair
        assert asked == {((*context, *continuation[:i]), token) for i, token in enumerate(continuation)}
    scored = trie.is_scored(np.arange(len(trie)))
    assert sorted(set(trie.edge_node.tolist())) == np.flatnonzero(scored).tolist()


def test_equal_pairs_are_kept_once() -> None:
    trie = build_trie([([1, 2], [3]), ([1, 2], [4]), ([1, 2], [3])])
    assert trie.n_pairs == 2
    assert trie.pair_of == [0, 1, 0]
    assert trie.sums(np.array([-1.0, -2.0]), np.array([True, False])) == [(-1.0, True), (-2.0, False), (-1.0, True)]


@settings(deadline=None)
@given(pairs, st.integers(6, 9))
def test_truncation_keeps_what_lm_eval_keeps(given_pairs: list[Pair], max_length: int) -> None:
    for pair, cut in zip(given_pairs, truncate(given_pairs, max_length), strict=True):
        assert read(cut) == [*pair[0], *pair[1]][-(max_length + 1) :][:-1]
        assert cut[1] == pair[1]
