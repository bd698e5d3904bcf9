"""The KV of a shared prefix: extended when a stage begins, read by every later batch, never changed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

if TYPE_CHECKING:
    from torch import Tensor

Prefix = list[tuple["Tensor | None", "Tensor | None"]]
"""Keys and values of each layer, [1, heads, tokens, head size]; None where a layer keeps none. Empty for no prefix."""


class ReadOnlyLayer(DynamicLayer):  # type: ignore[misc]
    """A layer that gives attention the prefix and the new states, and keeps only the prefix."""

    def update(self, key_states: Tensor, value_states: Tensor, *_: object, **__: object) -> tuple[Tensor, Tensor]:
        """Return the prefix and the new states, [rows, heads, prefix + new, head size]; keep neither."""
        if not self.is_initialized:
            return key_states, value_states
        return torch.cat([self.keys, key_states], dim=-2), torch.cat([self.values, value_states], dim=-2)


def reading_cache(prefix: Prefix, rows: int) -> DynamicCache:
    """Make a cache in which each of `rows` sequences has read `prefix`, without a copy of it."""
    cache = DynamicCache()
    cache.layer_class_to_replicate = ReadOnlyLayer
    cache.layers = [_seeded(ReadOnlyLayer(), keys, values, rows) for keys, values in prefix]
    return cache


def growing_cache(prefix: Prefix) -> DynamicCache:
    """Make a cache of one sequence that has read `prefix` and keeps what it reads next."""
    cache = DynamicCache()
    cache.layers = [_seeded(DynamicLayer(), keys, values, 1) for keys, values in prefix]
    return cache


def kept(cache: DynamicCache) -> Prefix:
    """Return all that a growing cache has read."""
    return [(layer.keys, layer.values) for layer in cache.layers]


def _seeded(layer: DynamicLayer, keys: Tensor | None, values: Tensor | None, rows: int) -> DynamicLayer:
    if keys is not None and values is not None:
        layer.lazy_initialization(keys, values)
        layer.keys, layer.values = keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1)
    return layer
