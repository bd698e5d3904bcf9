"""Two ways to lay trie tokens out in a batch: packed subtrees under the ancestor mask, or one path a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from harness.models.tree.mask import AttentionKinds, additive_masks
from harness.models.tree.trie import Ints, TokenTrie

if TYPE_CHECKING:
    from torch import Tensor


LARGEST_FAN = 64  # tokens behind a context's own end; where its labels hold more, that end is cached, not repeated


class Layout(Protocol):
    """What the scorer must know to forward trie tokens behind a cached prefix."""

    row_tokens: int

    def split(self, trie: TokenTrie, row: Ints) -> list[Ints]:
        """Cut one row of the plan (whole subtrees) into the rows of trie tokens that are forwarded."""
        ...

    def pad(self, items: list[Ints]) -> Ints:
        """Put rows of trie tokens into one array [rows, length], -1 where there is none."""
        ...

    def inputs(self, trie: TokenTrie, nodes: Ints, prefix: int) -> dict[str, Any]:
        """The model's arguments beside the token ids and the cache."""
        ...


class TreeLayout:
    """Whole subtrees side by side in a row, told apart by a 4-D mask and explicit positions.

    With both explicit the order within a row is free: tokens that predict a label stand last, so that the model
    computes vocabulary-sized logits for the tail of the row alone.
    """

    def __init__(self, row_tokens: int, kinds: AttentionKinds, dtype: torch.dtype, device: torch.device) -> None:
        self.row_tokens = row_tokens
        self._kinds = kinds
        self._dtype = dtype
        self._device = device

    def split(self, trie: TokenTrie, row: Ints) -> list[Ints]:
        """The row itself, predicting tokens last."""
        scored = trie.is_scored(row)
        return [np.concatenate([row[~scored], row[scored]])]

    def pad(self, items: list[Ints]) -> Ints:
        """Pad on the left, [rows, length]."""
        nodes = np.full((len(items), max(map(len, items))), -1, dtype=np.int64)
        for line, item in zip(nodes, items, strict=True):
            line[len(line) - len(item) :] = item
        return nodes

    def inputs(self, trie: TokenTrie, nodes: Ints, prefix: int) -> dict[str, Any]:
        """`position_ids` [rows, length] and `attention_mask` [rows, 1, length, prefix + length]."""
        real = nodes >= 0
        node = torch.from_numpy(nodes).to(self._device)
        end = self._to_device(np.where(real, trie.end[nodes], -1))
        depth = self._to_device(np.where(real, trie.depth[nodes], 0))
        mask = additive_masks(node, end, depth, prefix, kinds=self._kinds, dtype=self._dtype)
        return {"position_ids": depth, "attention_mask": mask}

    def _to_device(self, array: Ints) -> Tensor:
        return torch.from_numpy(array).to(self._device)


class RowsLayout:
    """One path from the prefix to a leaf in each row, padded on the right: plain causal reading."""

    def __init__(self, row_tokens: int) -> None:
        self.row_tokens = min(row_tokens, LARGEST_FAN)

    def split(self, trie: TokenTrie, row: Ints) -> list[Ints]:
        """The path to each leaf of the row's subtrees."""
        paths: list[Ints] = []
        path: list[int] = []
        top = int(trie.depth[row[0]])
        for node in row.tolist():
            del path[int(trie.depth[node]) - top :]
            path.append(node)
            if trie.end[node] == node + 1:
                paths.append(np.array(path, dtype=np.int64))
        return paths

    def pad(self, items: list[Ints]) -> Ints:
        """Pad on the right, [rows, length]."""
        nodes = np.full((len(items), max(map(len, items))), -1, dtype=np.int64)
        for line, item in zip(nodes, items, strict=True):
            line[: len(item)] = item
        return nodes

    def inputs(self, trie: TokenTrie, nodes: Ints, prefix: int) -> dict[str, Any]:
        """Nothing: the model's own causal mask and positions are right."""
        return {}
