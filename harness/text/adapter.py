"""Apply low-rank changes to a frozen BERT-like encoder, to turn a public embedder into a VA reader.

Each linear layer W of the encoder becomes W + up @ down with down of shape (rank, inputs) and up of shape (outputs,
rank): Hu et al. (2021), LoRA, arXiv:2106.09685, with alpha = rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

LAYERS = "encoder.layer."
DOWN = ".down"
UP = ".up"
SIGNATURE = "encoder.signature"


def adapted_layers(model: torch.nn.Module) -> dict[str, torch.nn.Linear]:
    """Return the linear layers of the transformer blocks by name; embeddings and pooler are not changed."""
    import torch

    return {
        name: module
        for name, module in model.named_modules()
        if name.startswith(LAYERS) and isinstance(module, torch.nn.Linear)
    }


def signature(model: torch.nn.Module) -> float:
    """Return the mean absolute weight of the adapted layers, which identifies the encoder."""
    import torch

    return float(torch.cat([layer.weight.detach().abs().flatten() for layer in adapted_layers(model).values()]).mean())


def merge(model: torch.nn.Module, arrays: Mapping[str, NDArray[np.floating]]) -> None:
    """Add the low-rank products in `arrays` (`<layer>.down`, `<layer>.up`) to the model's weights, in place.

    Raises:
        ValueError: a layer of the model has no pair in `arrays`, or its shape differs.
    """
    import torch

    for name, layer in adapted_layers(model).items():
        if name + DOWN not in arrays or name + UP not in arrays:
            raise ValueError(f"the adapter has no matrices for layer {name}")
        down, up = (np.asarray(arrays[name + part], dtype=np.float32) for part in (DOWN, UP))
        if (up.shape[0], down.shape[1]) != tuple(layer.weight.shape) or up.shape[1] != down.shape[0]:
            raise ValueError(
                f"the adapter's {name} is {up.shape} x {down.shape}, the layer {tuple(layer.weight.shape)}"
            )
        with torch.no_grad():
            layer.weight += torch.from_numpy(up @ down).to(layer.weight)
