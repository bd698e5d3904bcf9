"""Merging low-rank changes, on a small encoder made here."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from harness.text.adapter import adapted_layers, halves, merge, pooled


def small_encoder() -> BertModel:
    torch.manual_seed(0)
    shape = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24)
    return BertModel(shape).eval()


def changes(blocks: torch.nn.Module, rank: int = 2) -> dict[str, NDArray[np.floating]]:
    rng = np.random.default_rng(0)
    out: dict[str, NDArray[np.floating]] = {}
    for name, layer in adapted_layers(blocks).items():
        out[f"0.{name}.down"] = rng.normal(size=(rank, layer.in_features)).astype(np.float16)
        out[f"0.{name}.up"] = rng.normal(size=(layer.out_features, rank)).astype(np.float16)
    return out


def test_the_halves_compute_what_the_whole_does_whatever_the_padding() -> None:
    encoder = small_encoder()
    lower, upper = halves(encoder)
    assert len(adapted_layers(upper)) == 6
    ids, mask = torch.tensor([[3, 7, 1, 40], [5, 6, 0, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    with torch.no_grad():
        found = pooled(upper, lower(ids, attention_mask=mask).last_hidden_state, mask)
        expected = [encoder(row[None]).last_hidden_state[0].mean(0) for row in (ids[0], ids[1, :2])]
    torch.testing.assert_close(found, torch.stack(expected), atol=1e-5, rtol=1e-5)
    assert len(encoder.encoder.layer) == 2


def test_a_merged_model_computes_what_side_branches_do() -> None:
    (lower, merged), (_, branched), (_, untouched) = (halves(small_encoder()) for _ in range(3))
    arrays = changes(merged)
    merge(merged, arrays, "0.")
    for name, layer in adapted_layers(branched).items():
        down, up = (torch.from_numpy(arrays[f"0.{name}{part}"].astype(np.float32)) for part in (".down", ".up"))
        layer.register_forward_hook(lambda _, inputs, out, down=down, up=up: out + inputs[0] @ down.T @ up.T)
    ids = torch.tensor([[3, 7, 1, 40]])
    with torch.no_grad():
        hidden = lower(ids).last_hidden_state
        result, expected, before = (
            pooled(blocks, hidden, torch.ones_like(ids)) for blocks in (merged, branched, untouched)
        )
    torch.testing.assert_close(result, expected, atol=1e-4, rtol=1e-4)
    assert (result - before).abs().max() > 0.1


def test_a_missing_or_misshapen_layer_is_refused() -> None:
    blocks = halves(small_encoder())[1]
    arrays = changes(blocks)
    first = next(iter(adapted_layers(blocks)))
    with pytest.raises(ValueError):
        merge(blocks, {name: array for name, array in arrays.items() if first not in name}, "0.")
    with pytest.raises(ValueError):
        merge(blocks, arrays | {f"0.{first}.down": np.zeros((2, 3), dtype=np.float16)}, "0.")
