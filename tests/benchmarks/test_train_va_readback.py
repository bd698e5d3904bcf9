"""Training the reader, on a small encoder and made-up texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from benchmarks import train_va_readback
from benchmarks.readback_data import Texts
from harness.text.adapter import halves, merge, pooled
from va_extractor.common.errors import InputError

WORDS = ["good", "bad", "wild", "still"]
POINTS = np.array([[0.6, 0.0], [-0.6, 0.0], [0.0, 0.6], [0.0, -0.6]])


class SmallModel:
    """What the training needs of a sentence model: a tokenizer, and an encoder as first module."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        shape = BertConfig(
            vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
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


@dataclass
class Trained:
    """What one training left: the encoder, its states of texts of both sources, and the trainee."""

    model: SmallModel
    lower: torch.nn.Module
    original: torch.nn.ModuleList
    trainee: train_va_readback.Trainee

    def read(self, texts: list[str]) -> NDArray[np.float64]:
        """Return the trainee's readings."""
        return train_va_readback.readings(self.trainee, train_va_readback.lower_states(self.model, self.lower, texts))


@pytest.fixture(scope="module")
def trained() -> Trained:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # many threads on small matrices wait for each other
    model = SmallModel()
    lower, original = halves(model.encoder)
    rated, framed = synthetic(1200, 0.5, 0), synthetic(1200, 1.0, 1)
    states = train_va_readback.lower_states(model, lower, [*rated.texts, *framed.texts])
    trainee = train_va_readback.train(
        halves(model.encoder)[1], states, np.vstack([rated.va, framed.va]), np.arange(2400) >= 1200, seed=0
    )
    torch.set_num_threads(threads)
    return Trained(model, lower, original, trainee)


def test_it_learns_both_sources_on_one_scale(trained: Trained) -> None:
    read = trained.read(WORDS)
    assert (np.sign(read)[POINTS != 0] == np.sign(POINTS)[POINTS != 0]).all()
    np.testing.assert_allclose(trained.trainee.slope.detach().numpy(), 0.5, atol=0.15)
    held_out = synthetic(100, 0.5, 2)
    found = train_va_readback.calibrated(trained.read(held_out.texts)[None], held_out.va)
    assert (found["residual_sd"] < 0.7 * (held_out.va / 0.5).std(axis=0)).all()
    np.testing.assert_allclose(found["member_residual_sd"][0], found["residual_sd"])


def test_emobanks_line_keeps_mean_and_spread() -> None:
    rng = np.random.default_rng(0)
    rated = rng.normal(0.1, 0.2, (500, 2))
    read = np.array([2.0 * rated + 0.3 + rng.normal(0, noise, rated.shape) for noise in (0.1, 0.2)])
    found = train_va_readback.calibrated(read, rated)
    line = found["emobank.slope"] * read.mean(axis=0) + found["emobank.offset"]
    np.testing.assert_allclose([line.mean(axis=0), line.std(axis=0)], [rated.mean(axis=0), rated.std(axis=0)])
    assert (found["residual_sd"] < found["member_residual_sd"][1]).all()


def test_what_is_written_reads_as_the_trainee_does(trained: Trained) -> None:
    arrays = trained.trainee.arrays("1.")
    merge(trained.original, arrays, "1.")
    states = train_va_readback.lower_states(trained.model, trained.lower, ["good wild", "bad still"])
    with torch.no_grad():
        found = pooled(trained.original, *states.take([0, 1])).numpy()
    np.testing.assert_allclose(
        found @ arrays["1.head.weight"].T + arrays["1.head.bias"], trained.read(["good wild", "bad still"]), atol=5e-3
    )


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
