"""Turn a public BERT-like embedder into readers of VA: low-rank changes of the upper half of its blocks.

Each linear layer W there becomes W + up @ down with down of shape (rank, inputs) and up of shape (outputs, rank): Hu et
al. (2021), LoRA, arXiv:2106.09685, with alpha = rank. The lower half is common to all readers and runs once.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

DOWN = ".down"
UP = ".up"
SIGNATURE = "encoder.signature"


def halves(encoder: Any) -> tuple[Any, torch.nn.ModuleList]:
    """Return a copy of the encoder that ends after the lower half of its blocks, and copies of the other blocks."""
    lower = copy.deepcopy(encoder)
    blocks: torch.nn.ModuleList = lower.encoder.layer
    lower.encoder.layer = blocks[: len(blocks) // 2]
    return lower, blocks[len(blocks) // 2 :]


def pooled(blocks: torch.nn.ModuleList, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Run the upper blocks and return each text's mean last state.

    Args:
        blocks: of the upper half.
        hidden: states after the lower half, shape (n, tokens, width).
        mask: 1 where there is a token, else 0, shape (n, tokens).

    Returns:
        Shape (n, width).
    """
    import torch

    weight = mask[..., None].to(hidden.dtype)
    hides = (1.0 - mask[:, None, None].to(hidden.dtype)) * torch.finfo(hidden.dtype).min
    for block in blocks:
        hidden = block(hidden, hides)
    return (hidden * weight).sum(1) / weight.sum(1)


def adapted_layers(blocks: torch.nn.Module) -> dict[str, torch.nn.Linear]:
    """Return the linear layers of the blocks by name."""
    import torch

    return {name: module for name, module in blocks.named_modules() if isinstance(module, torch.nn.Linear)}


def signature(encoder: Any) -> float:
    """Return the mean absolute weight of all blocks' linear layers, which identifies the encoder."""
    import torch

    layers = adapted_layers(encoder.encoder).values()
    return float(torch.cat([layer.weight.detach().abs().flatten() for layer in layers]).mean())


def merge(blocks: torch.nn.Module, arrays: Mapping[str, NDArray[np.floating]], prefix: str = "") -> None:
    """Add the low-rank products in `arrays` (`<prefix><layer>.down`, `<prefix><layer>.up`) to the weights, in place.

    Raises:
        ValueError: a layer has no pair in `arrays`, or its shape differs.
    """
    import torch

    for name, layer in adapted_layers(blocks).items():
        if prefix + name + DOWN not in arrays or prefix + name + UP not in arrays:
            raise ValueError(f"the adapter has no matrices for layer {prefix}{name}")
        down, up = (np.asarray(arrays[prefix + name + part], dtype=np.float32) for part in (DOWN, UP))
        if (up.shape[0], down.shape[1]) != tuple(layer.weight.shape) or up.shape[1] != down.shape[0]:
            raise ValueError(
                f"the adapter's {name} is {up.shape} x {down.shape}, the layer {tuple(layer.weight.shape)}"
            )
        with torch.no_grad():
            layer.weight += torch.from_numpy(up @ down).to(layer.weight)
