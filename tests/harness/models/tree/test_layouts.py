"""The 4-D mask against the definition of a prefix."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.models.tree.layouts import TreeLayout, Windows, additive_masks, ancestor_mask
from harness.models.tree.trie import Pair, build_trie
from tests.harness.models.tree.test_trie import pairs


@settings(deadline=None)
@given(pairs, st.integers(0, 3))
def test_a_token_sees_its_ancestors_and_itself(given_pairs: list[Pair], padding: int) -> None:
    trie = build_trie(given_pairs)
    paths = trie.paths_to(np.arange(len(trie)))
    nodes = torch.tensor([-1] * padding + list(range(len(trie))))
    ends = torch.tensor([-1] * padding + trie.end.tolist())
    mask = ancestor_mask(nodes[None], ends[None])[0]
    for i in range(len(nodes)):
        for j in range(len(nodes)):
            if min(i, j) < padding:
                expected = i == j
            else:
                query, key = paths[i - padding], paths[j - padding]
                expected = query[: len(key)] == key
            assert bool(mask[i, j]) == expected


def test_a_window_counts_positions_on_the_path() -> None:
    # one cached token; then a - b - c and a - d, so that d stands two columns from a and one position
    node, end = torch.tensor([[0, 1, 2, 3]]), torch.tensor([[4, 3, 3, 4]])
    depth = torch.tensor([[1, 2, 3, 2]])
    windows: Windows = {"full_attention": None, "sliding_attention": 2}
    masks = additive_masks(node, end, depth, 1, windows=windows, dtype=torch.float32)
    assert isinstance(masks, dict)
    assert (masks["full_attention"][0, 0] == 0).int().tolist() == [
        [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [1, 1, 0, 0, 1],
    ]  # fmt: skip
    assert (masks["sliding_attention"][0, 0] == 0).int().tolist() == [
        [1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0, 1, 0, 0, 1],
    ]  # fmt: skip


def test_padding_gives_no_nan() -> None:
    trie = build_trie([([1, 2], [3, 4]), ([1, 5], [3])])
    layout = TreeLayout(8, {"full_attention": None}, torch.float32, torch.device("cpu"))
    nodes = layout.pad([np.array([0, 1, 2]), np.array([3])])
    inputs = layout.inputs(trie, nodes, prefix=0)
    assert nodes.tolist() == [[0, 1, 2], [-1, -1, 3]]
    assert inputs["attention_mask"].softmax(-1).isfinite().all()
    assert inputs["position_ids"].tolist() == [[0, 1, 2], [0, 0, 1]]
