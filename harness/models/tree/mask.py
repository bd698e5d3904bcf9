"""The 4-D ancestor mask: each trie token sees the cached prefix, its ancestors and itself, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class AttentionKinds:
    """Which masks a model's layers read.

    Attributes:
        windows: For each layer type its sliding window in tokens, or None where the layer sees everything before it.
    """

    windows: dict[str, int | None]

    @classmethod
    def of(cls, config: Any) -> AttentionKinds:
        """Read the layer types from a transformers model config (`layer_types`, `sliding_window`)."""
        text = config.get_text_config()
        window = getattr(text, "sliding_window", None)
        kinds = set(getattr(text, "layer_types", None) or (["sliding_attention"] if window else ["full_attention"]))
        return cls({kind: window if kind == "sliding_attention" else None for kind in sorted(kinds)})

    def narrowest(self) -> int | None:
        """The smallest window of any layer, None where all layers see everything."""
        return min((window for window in self.windows.values() if window), default=None)


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
    node: Tensor, end: Tensor, depth: Tensor, prefix: int, *, kinds: AttentionKinds, dtype: torch.dtype
) -> Tensor | dict[str, Tensor]:
    """Make the attention mask of each layer type, to be added to the attention scores.

    A token at depth d of a layer with window w sees the keys at depths d - w + 1 to d, as in a transformers sliding
    window (`sliding_window_overlay`: query index - key index < w).

    Args:
        node: Depth-first index of each token, -1 for padding, shape [rows, length].
        end: One past its last descendant, -1 for padding, same shape.
        depth: Position of each token on its path, same shape.
        prefix: How many cached tokens lie before the rows, at positions 0 to prefix - 1.
        kinds: The model's layer types.
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
    for kind, window in kinds.windows.items():
        seen = visible if window is None else visible & (depth.unsqueeze(2) - key_depth.unsqueeze(1) < window)
        mask = torch.zeros(rows, 1, length, prefix + length, dtype=dtype, device=node.device)
        masks[kind] = mask.masked_fill_(~seen.unsqueeze(1), torch.finfo(dtype).min)
    return next(iter(masks.values())) if len(masks) == 1 else masks
