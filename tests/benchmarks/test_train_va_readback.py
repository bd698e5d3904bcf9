"""Training the reader, on a small encoder and made-up texts."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from benchmarks import train_va_readback
from benchmarks.readback_data import Texts
from harness.text.adapter import merge
from va_extractor.common.errors import InputError

WORDS = ["good", "bad", "wild", "still"]
POINTS = np.array([[0.6, 0.0], [-0.6, 0.0], [0.0, 0.6], [0.0, -0.6]])


class SmallModel:
    """What the training needs of a sentence model: a tokenizer, and an encoder as first module."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        shape = BertConfig(
            vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
        )
        self.encoder = BertModel(shape).eval()

    def tokenizer(self, texts: list[str], **_: object) -> dict[str, list[list[int]]]:
        """Return the position of each word in WORDS."""
        return {"input_ids": [[WORDS.index(word) for word in text.split()] for text in texts]}

    def __getitem__(self, index: int) -> SimpleNamespace:
        assert index == 0
        return SimpleNamespace(auto_model=self.encoder)


def synthetic(n: int, slope: float, seed: int) -> Texts:
    """Two words a text; its point is their mean, shrunk by slope."""
    picks = np.random.default_rng(seed).integers(0, len(WORDS), (n, 2))
    return Texts([f"{WORDS[a]} {WORDS[b]}" for a, b in picks], slope * POINTS[picks].mean(axis=1))


@pytest.fixture(scope="module")
def trained() -> tuple[SmallModel, BertModel, train_va_readback.Trainee]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # many threads on small matrices wait for each other
    model = SmallModel()
    original = copy.deepcopy(model.encoder)
    trainee = train_va_readback.train(model, synthetic(1200, 0.5, 0), synthetic(1200, 1.0, 1), seed=0)
    torch.set_num_threads(threads)
    return model, original, trainee


def test_it_learns_both_sources_on_one_scale(
    trained: tuple[SmallModel, BertModel, train_va_readback.Trainee],
) -> None:
    trainee = trained[2]
    with torch.no_grad():
        read = trainee.read(trainee.tokens(WORDS)).numpy()
    assert (np.sign(read)[POINTS != 0] == np.sign(POINTS)[POINTS != 0]).all()
    np.testing.assert_allclose(trainee.slope.detach().numpy(), 0.5, atol=0.15)
    held_out = synthetic(100, 0.5, 2)
    spread = (held_out.va / 0.5).std(axis=0)
    assert (train_va_readback.residual_sd(trainee, held_out) < 0.7 * spread).all()


def test_what_is_written_reads_as_the_trainee_does(
    trained: tuple[SmallModel, BertModel, train_va_readback.Trainee],
) -> None:
    _, original, trainee = trained
    arrays = trainee.arrays()
    merge(original, arrays)
    tokens = trainee.tokens(["good wild", "bad still"])
    with torch.no_grad():
        pooled = original(input_ids=torch.tensor(tokens)).last_hidden_state.mean(dim=1).numpy()
        expected = trainee.read(tokens).numpy()
    np.testing.assert_allclose(pooled @ arrays["head.weight"].T + arrays["head.bias"], expected, atol=5e-3)


def test_every_text_comes_once_an_epoch() -> None:
    lengths = list(np.random.default_rng(0).integers(1, 40, 1000))
    plan = list(train_va_readback.batches(lengths, np.random.default_rng(0)))
    assert sorted(i for batch in plan for i in batch) == list(range(1000))
    assert max(map(len, plan)) <= train_va_readback.BATCH


def test_a_missing_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["train", "--emobank", str(tmp_path / "no.csv"), "--embedder", "x", "--output", str(tmp_path / "o.npz")]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(InputError, match="no such file"):
        train_va_readback.main()
