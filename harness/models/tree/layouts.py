"""Lay trie tokens out in a batch: packed subtrees under the ancestor mask, or one path a row.

The 4-D mask lets each trie token see the cached prefix, its ancestors and itself, nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from harness.models.tree.trie import Ints, TokenTrie

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_FAN = 64  # tokens behind a context's own end; where its labels hold more, that end is cached, not repeated
Windows = dict[str, int | None]
"""For each layer type its sliding window in tokens, or None where the layer sees everything before it."""


def attention_windows(config: Any) -> Windows:
    """Read the layer types of a transformers model config (`layer_types`, `sliding_window`)."""
    text = config.get_text_config()
    window = getattr(text, "sliding_window", None)
    kinds = set(getattr(text, "layer_types", None) or (["sliding_attention"] if window else ["full_attention"]))
    return {kind: window if kind == "sliding_attention" else None for kind in sorted(kinds)}


def narrowest_window(config: Any) -> int | None:
    """Return the smallest window of any layer; None where all layers see everything."""
    return min(filter(None, attention_windows(config).values()), default=None)


def ancestor_mask(node: Tensor, end: Tensor) -> Tensor:
    """Find the ancestors among the trie tokens of each row.

    Args:
        node: Depth-first index of each token, -1 for padding, shape [rows, length].
        end: One past its last descendant, -1 for padding, same shape.

    Returns:
        Boolean [rows, length (query), length (key)], true where the key is the query itself or its ancestor. Padding
        sees and is seen by itself alone, so that no softmax is taken over nothing.
    """
    query, key = node.unsqueeze(2), node.unsqueeze(1)
    itself = torch.eye(node.shape[1], dtype=torch.bool, device=node.device)
    return ((key <= query) & (query < end.unsqueeze(1))) | itself


def additive_masks(
    node: Tensor, end: Tensor, depth: Tensor, prefix: int, *, windows: Windows, dtype: torch.dtype
) -> Tensor | dict[str, Tensor]:
    """Make the attention mask of each layer type, to be added to the attention scores.

    A token at depth d of a layer with window w sees the keys at depths d - w + 1 to d, as in a transformers sliding
    window (`sliding_window_overlay`: query index - key index < w).

    Args:
        node: Depth-first index of each token, -1 for padding, shape [rows, length].
        end: One past its last descendant, -1 for padding, same shape.
        depth: Position of each token on its path, same shape.
        prefix: How many cached tokens lie before the rows, at positions 0 to prefix - 1.
        windows: Of the model's layer types.
        dtype: The model's floating-point type.

    Returns:
        Masks [rows, 1, length, prefix + length] of 0 and the lowest number of `dtype`: one for a model with one kind
        of layer, else one for each kind by name.
    """
    rows, length = node.shape
    before = torch.ones(rows, length, prefix, dtype=torch.bool, device=node.device)
    visible = torch.cat([before, ancestor_mask(node, end)], dim=2)
    key_depth = torch.cat([torch.arange(prefix, device=node.device).expand(rows, -1), depth], dim=1)
    masks = {}
    for kind, window in windows.items():
        seen = visible if window is None else visible & (depth.unsqueeze(2) - key_depth.unsqueeze(1) < window)
        mask = torch.zeros(rows, 1, length, prefix + length, dtype=dtype, device=node.device)
        masks[kind] = mask.masked_fill_(~seen.unsqueeze(1), torch.finfo(dtype).min)
    return next(iter(masks.values())) if len(masks) == 1 else masks


class TreeLayout:
    """Whole subtrees in one row, separated by a 4-D mask and explicit positions.

    With both explicit the order within a row is free: tokens that predict a label come last, so that the model
    computes vocabulary-sized logits for the tail of the row alone.
    """

    def __init__(self, row_tokens: int, windows: Windows, dtype: torch.dtype, device: torch.device) -> None:
        self.row_tokens = row_tokens
        self._windows, self._dtype, self._device = windows, dtype, device

    def split(self, trie: TokenTrie, row: Ints) -> list[Ints]:
        """The row itself, predicting tokens last."""
        scored = trie.is_scored(row)
        return [np.concatenate([row[~scored], row[scored]])]

    def pad(self, items: list[Ints]) -> Ints:
        """Put rows into one array [rows, length], padded with -1 on the left."""
        return _pad(items, left=True)

    def inputs(self, trie: TokenTrie, nodes: Ints, prefix: int) -> dict[str, Any]:
        """`position_ids` [rows, length] and `attention_mask` [rows, 1, length, prefix + length]."""
        real = nodes >= 0
        arrays = nodes, np.where(real, trie.end[nodes], -1), np.where(real, trie.depth[nodes], 0)
        node, end, depth = (torch.from_numpy(array).to(self._device) for array in arrays)
        mask = additive_masks(node, end, depth, prefix, windows=self._windows, dtype=self._dtype)
        return {"position_ids": depth, "attention_mask": mask}


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
        """Put rows into one array [rows, length], padded with -1 on the right."""
        return _pad(items, left=False)

    def inputs(self, trie: TokenTrie, nodes: Ints, prefix: int) -> dict[str, Any]:
        """Nothing: the model's own causal mask and positions are right."""
        return {}


Layout = TreeLayout | RowsLayout


def _pad(items: list[Ints], *, left: bool) -> Ints:
    nodes = np.full((len(items), max(map(len, items))), -1, dtype=np.int64)
    for line, item in zip(nodes, items, strict=True):
        line[slice(len(line) - len(item), None) if left else slice(len(item))] = item
    return nodes
