"""Limits of one forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

SHARE_OF_FREE_MEMORY = 0.5  # the estimate leaves out what kernels use for themselves


@dataclass(frozen=True)
class Budget:
    """Limits of one forward pass.

    Attributes:
        tokens: Largest number of tokens, padding included, of a pass (a longer row goes alone).
        row_tokens: Where to stop packing subtrees into a row; a longer row pays for attention that the mask hides.
        softmax_elements: Largest number of logits of one log-softmax.
    """

    tokens: int
    row_tokens: int
    softmax_elements: int

    def halved(self) -> Budget | None:
        """Return half of it; None if it is too small."""
        if self.tokens < 64:
            return None
        half = self.tokens // 2
        return Budget(half, min(self.row_tokens, half), self.softmax_elements // 2)


CPU = Budget(tokens=256, row_tokens=256, softmax_elements=2**20)  # measured: enough for the cores, small for the caches
CUDA = Budget(tokens=16384, row_tokens=512, softmax_elements=2**27)  # at most this much, as far as memory goes
PROBES = (  # the first packs a few contexts side by side, the second cuts them as a long run is cut
    Budget(tokens=4096, row_tokens=4096, softmax_elements=2**20),
    Budget(tokens=32, row_tokens=8, softmax_elements=2**20),
)


def choose_budget(model: Any, device: torch.device) -> Budget:
    """Choose the budget for the free memory of a device.

    For each token an accelerator holds the widest activations of one layer and, where the token predicts a label, its
    logits in the model's type and twice in float32.
    """
    if device.type != "cuda":
        return CPU
    free, _ = torch.cuda.mem_get_info(device)
    config = model.config.get_text_config()
    size = torch.finfo(model.dtype).bits // 8
    widest = 8 * config.hidden_size + 3 * getattr(config, "intermediate_size", 4 * config.hidden_size)
    token_bytes = widest * size + config.vocab_size * (size + 8)
    tokens = int(free * SHARE_OF_FREE_MEMORY / token_bytes)
    return Budget(max(CUDA.row_tokens, min(CUDA.tokens, tokens)), CUDA.row_tokens, CUDA.softmax_elements)
