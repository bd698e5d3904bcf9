"""Cut a token trie into forward passes: chains whose KV is cached, rows of subtrees behind them, and their limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from harness.models.tree.trie import Ints, TokenTrie

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


@dataclass
class Stage:
    """One cached prefix and everything that is forwarded behind it.

    Attributes:
        chain: Trie tokens that extend the parent's prefix, each the only child of the one before; empty at the top.
        prefix: How many cached tokens lie before what follows, the chain included.
        rows: Trie tokens (whole subtrees, ascending) that may share one row of a batch.
        children: Stages whose prefix extends this one.
    """

    chain: Ints
    prefix: int
    rows: list[Ints] = field(default_factory=list)
    children: list[Stage] = field(default_factory=list)


def make_plan(trie: TokenTrie, row_tokens: int) -> Stage:
    """Cut the trie so that no row holds more than `row_tokens` tokens behind its first unbranched run.

    A subtree that fits into a row stays whole. The unbranched run at the top of a larger one is forwarded once, its KV
    kept for what lies behind it. Every trie token is in exactly one chain or row.

    Args:
        trie: The trie to forward.
        row_tokens: Where to stop packing subtrees into a row.

    Returns:
        The top stage, whose chain is empty.
    """
    top = Stage(chain=np.empty(0, dtype=np.int64), prefix=0)
    pending = [(top, 0, len(trie))]
    while pending:
        stage, start, stop = pending.pop()
        row: list[Ints] = []
        held = 0
        root = start
        while root < stop:
            end = int(trie.end[root])
            chain = _unbranched(trie, root)
            if end - root - chain > row_tokens:
                child = Stage(chain=np.arange(root, root + chain), prefix=stage.prefix + chain)
                stage.children.append(child)
                pending.append((child, root + chain, end))
            else:
                if row and held + end - root > row_tokens:
                    stage.rows.append(np.concatenate(row))
                    row, held = [], 0
                row.append(np.arange(root, end))
                held += end - root
            root = end
        if row:
            stage.rows.append(np.concatenate(row))
    return top


def make_batches(lengths: list[int], budget: int) -> list[list[int]]:
    """Group items of similar length so that a group padded to its longest holds at most `budget` tokens.

    Args:
        lengths: Tokens of each item.
        budget: Largest number of tokens of a padded group; an item that is longer makes a group of its own.

    Returns:
        Indices into `lengths`, longest items first.
    """
    groups: list[list[int]] = []
    for item in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if groups and (len(groups[-1]) + 1) * lengths[groups[-1][0]] <= budget:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _unbranched(trie: TokenTrie, root: int) -> int:
    """Length of the run from `root` on in which every token but the last has exactly one child."""
    same_end = trie.end[root : trie.end[root]] == trie.end[root]
    return len(same_end) if same_end.all() else int(same_end.argmin())
