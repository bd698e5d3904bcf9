"""Forward a token trie once, read off the log-probability of every next token asked for, and check it against HFLM.

The KV of a shared prefix is extended when a stage begins, read by every later batch, and never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

from harness.models.tree.layouts import Layout
from harness.models.tree.plan import PROBES, Budget, Stage, make_batches, make_plan
from harness.models.tree.trie import Answer, Ints, Pair, TokenTrie

if TYPE_CHECKING:
    from torch import Tensor

FLOAT32_TOLERANCE = 2e-4
"""Nats for each label token; twenty times the 1e-5 that was measured on whole labels."""
Prefix = list[tuple["Tensor | None", "Tensor | None"]]
"""Keys and values of each layer, [1, heads, tokens, head size]; None where a layer keeps none. Empty for no prefix."""


class UncachedPrefixError(Exception):
    """A model did not fill its KV cache, so the next tokens would be scored without their prefix."""


@dataclass(frozen=True)
class Forward:
    """A causal language model as the scorer uses it.

    Attributes:
        model: The transformers model.
        device: Where its inputs go.
        softmax_dtype: In which type log-probabilities are computed.
        keeps_logits: Whether its `forward` takes `logits_to_keep`.
    """

    model: Any
    device: torch.device
    softmax_dtype: torch.dtype
    keeps_logits: bool

    def __call__(self, ids: Ints, cache: Any, last: int, **inputs: Any) -> Tensor:
        """Logits of the last `last` (at least 1) tokens of each row of `ids`, [rows, last, vocabulary]."""
        if self.keeps_logits:
            inputs["logits_to_keep"] = last
        input_ids = torch.from_numpy(ids).to(self.device)
        logits: Tensor = self.model(input_ids=input_ids, past_key_values=cache, use_cache=True, **inputs).logits
        return logits[:, -last:]


def score_trie(
    trie: TokenTrie, forward: Forward, layout: Layout, budget: Budget, progress: Callable[[int], object]
) -> list[Answer]:
    """Score every distinct pair of a trie.

    Args:
        trie: The pairs.
        forward: The model.
        layout: How tokens are laid out in a batch.
        budget: Limits of one forward pass.
        progress: Told the number of trie tokens done after each pass.

    Raises:
        UncachedPrefixError: The model does not use the KV cache that it is given.

    Returns:
        For each pair given to `build_trie` its log-likelihood and greedy flag, in that order.
    """
    results = _Results(trie, forward, budget.softmax_elements)
    pending: list[tuple[Stage, Prefix]] = [(make_plan(trie, layout.row_tokens), [])]
    while pending:
        stage, prefix = pending.pop()
        if len(stage.chain):
            cache = _cache(DynamicLayer, prefix, 1)  # keeps what it reads next
            nodes = stage.chain[None]
            results.record(nodes, forward(trie.tokens[nodes], cache, _last(trie, nodes)))
            if cache.get_seq_length() != stage.prefix:
                raise UncachedPrefixError("the model does not keep what it reads in a KV cache")
            prefix = [(layer.keys, layer.values) for layer in cache.layers]
            progress(len(stage.chain))
        items = [item for row in stage.rows for item in layout.split(trie, row)]
        for batch in make_batches([len(item) for item in items], budget.tokens):
            nodes = layout.pad([items[i] for i in batch])
            ids = np.where(nodes >= 0, trie.tokens[nodes], 0)
            inputs = layout.inputs(trie, nodes, stage.prefix)
            results.record(nodes, forward(ids, _reading_cache(prefix, len(nodes)), _last(trie, nodes), **inputs))
        progress(sum(map(len, stage.rows)))
        pending.extend((child, prefix) for child in stage.children)
    return results.answers()


def _last(trie: TokenTrie, nodes: Ints) -> int:
    """Return how many columns from the right contain all predicting tokens; 1 if there is none."""
    scored = trie.is_scored(nodes).any(axis=0)
    return int(nodes.shape[1] - scored.argmax()) if scored.any() else 1


class _Results:
    """Log-probabilities of the predictions, kept on the model's device until all are there."""

    def __init__(self, trie: TokenTrie, forward: Forward, softmax_elements: int) -> None:
        self._trie = trie
        self._softmax_elements = softmax_elements
        self._softmax_dtype = forward.softmax_dtype
        self._logprob = torch.zeros(len(trie.edge_node), dtype=forward.softmax_dtype, device=forward.device)
        self._greedy = torch.zeros(len(trie.edge_node), dtype=torch.bool, device=forward.device)

    def record(self, nodes: Ints, logits: Tensor) -> None:
        """Take the predictions of `nodes` [rows, length] from the logits of their last columns."""
        skipped = nodes.shape[1] - logits.shape[1]
        row, column = np.nonzero(self._trie.is_scored(nodes))
        chunk = max(1, self._softmax_elements // logits.shape[-1])
        for start in range(0, len(row), chunk):
            at_row, at_column = row[start : start + chunk], column[start : start + chunk]
            owner, edge = self._trie.edges_of(nodes[at_row, at_column])
            logprobs = torch.log_softmax(
                logits[torch.from_numpy(at_row), torch.from_numpy(at_column - skipped)],
                dim=-1,
                dtype=self._softmax_dtype,
            )
            owners, targets = torch.from_numpy(owner), torch.from_numpy(self._trie.edge_token[edge])
            owners, targets = owners.to(logprobs.device), targets.to(logprobs.device)
            edges = torch.from_numpy(edge).to(self._logprob.device)
            self._logprob[edges] = logprobs[owners, targets].to(self._logprob.device)
            self._greedy[edges] = (logprobs.argmax(dim=-1)[owners] == targets).to(self._greedy.device)

    def answers(self) -> list[Answer]:
        """Sum and conjunction over each pair's predictions, one for each pair given."""
        return self._trie.sums(self._logprob.cpu().double().numpy(), self._greedy.cpu().numpy())


class _ReadOnlyLayer(DynamicLayer):  # type: ignore[misc]
    """A layer that gives attention the prefix and the new states, and keeps only the prefix."""

    def update(self, key_states: Tensor, value_states: Tensor, *_: object, **__: object) -> tuple[Tensor, Tensor]:
        """Return the prefix and the new states, [rows, heads, prefix + new, head size]; keep neither."""
        if not self.is_initialized:
            return key_states, value_states
        return torch.cat([self.keys, key_states], dim=-2), torch.cat([self.values, value_states], dim=-2)


def _reading_cache(prefix: Prefix, rows: int) -> DynamicCache:
    """Make a cache in which each of `rows` sequences has read `prefix`, without a copy of it."""
    cache = _cache(_ReadOnlyLayer, prefix, rows)
    cache.layer_class_to_replicate = _ReadOnlyLayer
    return cache


def _cache(layer_class: type[DynamicLayer], prefix: Prefix, rows: int) -> DynamicCache:
    cache = DynamicCache()
    for keys, values in prefix:
        layer = layer_class()
        if keys is not None and values is not None:
            layer.lazy_initialization(keys, values)
            layer.keys, layer.values = keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1)
        cache.layers.append(layer)
    return cache


def tolerance(dtype: torch.dtype) -> float:
    """Largest difference of a log-likelihood, in nats for each label token, that the order of summation may explain.

    In half precision the spacing of numbers between 16 and 32, the size of a large logit. A model that ignores the
    mask or the positions is off by tenths to several nats.
    """
    return max(FLOAT32_TOLERANCE, 16 * torch.finfo(dtype).eps)


def find_fault(
    pairs: Sequence[Pair],
    compared: Sequence[int],
    reference: Sequence[Answer],
    dtype: torch.dtype,
    score: Callable[[Sequence[Pair], Budget], list[Answer]],
) -> str | None:
    """Score a probe and compare it with HFLM's answers.

    Args:
        pairs: What to score.
        compared: Indices of the pairs to compare.
        reference: HFLM's answers to the compared pairs.
        dtype: The model's floating-point type, which sets the tolerance.
        score: The path under test, within a budget.

    Returns:
        None if all agree, else what went wrong, in a few words.

    Raises:
        OutOfMemoryError: The accelerator's memory is full, which says nothing about the path.
    """
    try:
        attempts = [score(pairs, budget) for budget in PROBES]
    except torch.OutOfMemoryError:
        raise
    except Exception as error:
        first_line = str(error).splitlines()[0] if str(error) else ""
        return f"{type(error).__name__}: {first_line[:120]}"
    for index, (expected, _) in zip(compared, reference, strict=True):
        allowed = tolerance(dtype) * len(pairs[index][1])
        for answers in attempts:
            difference = abs(answers[index][0] - expected)
            if not difference <= allowed:
                return f"a log-likelihood differs from HFLM's by {difference:.2g} (allowed: {allowed:.2g})"
    return None
