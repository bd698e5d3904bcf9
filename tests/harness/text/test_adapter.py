"""Merging low-rank changes, on a small encoder made here."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from harness.text.adapter import adapted_layers, merge


def small_encoder() -> BertModel:
    torch.manual_seed(0)
    shape = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24)
    return BertModel(shape).eval()


def changes(model: torch.nn.Module, rank: int = 2) -> dict[str, NDArray[np.floating]]:
    rng = np.random.default_rng(0)
    out: dict[str, NDArray[np.floating]] = {}
    for name, layer in adapted_layers(model).items():
        out[f"{name}.down"] = rng.normal(size=(rank, layer.in_features)).astype(np.float16)
        out[f"{name}.up"] = rng.normal(size=(layer.out_features, rank)).astype(np.float16)
    return out


def test_six_layers_a_block_change_and_no_other() -> None:
    assert len(adapted_layers(small_encoder())) == 2 * 6
    assert not [name for name in adapted_layers(small_encoder()) if "pooler" in name]


def test_a_merged_model_computes_what_side_branches_do() -> None:
    merged, branched = small_encoder(), small_encoder()
    arrays = changes(merged)
    merge(merged, arrays)
    for name, layer in adapted_layers(branched).items():
        down, up = (torch.from_numpy(arrays[name + part].astype(np.float32)) for part in (".down", ".up"))
        layer.register_forward_hook(lambda _, inputs, out, down=down, up=up: out + inputs[0] @ down.T @ up.T)
    ids = torch.tensor([[3, 7, 1, 40]])
    with torch.no_grad():
        expected = branched(ids).last_hidden_state
        untouched = small_encoder()(ids).last_hidden_state
        result = merged(ids).last_hidden_state
    torch.testing.assert_close(result, expected, atol=1e-4, rtol=1e-4)
    assert (result - untouched).abs().max() > 0.1


def test_a_missing_or_misshapen_layer_is_refused() -> None:
    model = small_encoder()
    arrays = changes(model)
    first = next(iter(adapted_layers(model)))
    with pytest.raises(ValueError):
        merge(model, {name: array for name, array in arrays.items() if not name.startswith(first)})
    with pytest.raises(ValueError):
        merge(model, arrays | {f"{first}.down": np.zeros((2, 3), dtype=np.float16)})
