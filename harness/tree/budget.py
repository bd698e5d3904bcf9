"""How many tokens one forward pass may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

ROW_TOKENS = 512  # measured: rows of 256-512 tokens are fastest; longer ones pay for attention that the mask hides
CPU_TOKENS = 512
LARGEST = 16384
SHARE = 0.5  # of the free memory, because the estimate below leaves out what kernels use for themselves


@dataclass(frozen=True)
class Budget:
    """Tokens of one forward pass and of one of its rows."""

    tokens: int
    row_tokens: int

    def halved(self) -> Budget | None:
        """Half of it, or None where it is too small to halve."""
        return Budget(self.tokens // 2, min(self.row_tokens, self.tokens // 2)) if self.tokens >= 64 else None


def choose_budget(model: Any, device: torch.device) -> Budget:
    """A budget for the free memory of a device: fixed on a CPU, whose cores a few hundred tokens keep busy.

    For each token an accelerator holds the widest activations of one layer and, where the token predicts a label, its
    logits in the model's type and twice in float32.
    """
    if device.type != "cuda":
        return Budget(CPU_TOKENS, ROW_TOKENS)
    free, _ = torch.cuda.mem_get_info(device)
    config = model.config.get_text_config()
    size = torch.finfo(model.dtype).bits // 8
    widest = 8 * config.hidden_size + 3 * getattr(config, "intermediate_size", 4 * config.hidden_size)
    token_bytes = widest * size + config.vocab_size * (size + 8)
    return Budget(max(ROW_TOKENS, min(LARGEST, int(free * SHARE / token_bytes))), ROW_TOKENS)
