"""Train the text-to-VA reader: `python -m benchmarks.train_va_readback --emobank emobank.csv --output FILE`.

It is trained on human ratings of EmoBank's train split (Buechel & Hahn 2017, CC BY-SA 4.0; the output has the same
licence) and of the emotion terms of Russell & Mehrabian (1977) in our own sentence frames. EmoBank's raters used only
the middle of their scale, so each source has its own linear scale of the common reading; the reader reports the terms'
scale.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.readback_data import Texts, framed_examples, read_emobank
from harness.text.adapter import DOWN, SIGNATURE, UP, adapted_layers, signature
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    import torch

RANK = 8
EPOCHS = 3
BATCH = 32
MAX_TOKENS = 64
LEARNING_RATE = 1e-3
EMOBANK_WEIGHT = 1.5  # of a sentence's loss against a framed term's
CALIBRATION_SHARE = 0.1  # of EmoBank train, never trained on: gives the reader's error


def _low_rank(base: torch.nn.Linear) -> torch.nn.Module:
    import torch

    class LowRank(torch.nn.Module):
        """A frozen linear layer plus a trained product of rank RANK."""

        def __init__(self) -> None:
            super().__init__()
            self.base = base
            self.down = torch.nn.Parameter(torch.randn(RANK, base.in_features) / math.sqrt(base.in_features))
            self.up = torch.nn.Parameter(torch.zeros(base.out_features, RANK))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.base(x) + (x @ self.down.T) @ self.up.T
            return out

    return LowRank()


class Trainee:
    """The encoder with low-rank layers, a linear head to the common reading, and EmoBank's own scale."""

    def __init__(self, sentence_model: Any) -> None:
        import torch

        self.tokenizer = sentence_model.tokenizer
        self.encoder = sentence_model[0].auto_model
        self.encoder.requires_grad_(False)
        self.signature = signature(self.encoder)
        self.adapters: dict[str, Any] = {}
        for name, layer in adapted_layers(self.encoder).items():
            parent, _, child = name.rpartition(".")
            self.adapters[name] = _low_rank(layer)
            setattr(self.encoder.get_submodule(parent), child, self.adapters[name])
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 2)
        self.slope = torch.nn.Parameter(torch.tensor([0.5, 0.4]))
        self.offset = torch.nn.Parameter(torch.zeros(2))

    def read(self, tokens: list[list[int]]) -> torch.Tensor:
        """Return the common reading, shape (n, 2)."""
        import torch

        width = max(map(len, tokens))
        ids = torch.tensor([row + [0] * (width - len(row)) for row in tokens])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in tokens])
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask[..., None].to(hidden.dtype)
        reading: torch.Tensor = self.head((hidden * weight).sum(1) / weight.sum(1))
        return reading

    def tokens(self, texts: list[str]) -> list[list[int]]:
        """Return token ids, cut at MAX_TOKENS."""
        ids: list[list[int]] = self.tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        return ids

    def arrays(self) -> dict[str, NDArray[np.floating]]:
        """Return what was trained, ready for the file."""
        out: dict[str, NDArray[np.floating]] = {}
        for name, adapter in self.adapters.items():
            out[name + DOWN] = adapter.down.detach().numpy().astype(np.float16)
            out[name + UP] = adapter.up.detach().numpy().astype(np.float16)
        out[SIGNATURE] = np.array(self.signature)
        out["head.weight"] = self.head.weight.detach().numpy()
        out["head.bias"] = self.head.bias.detach().numpy()
        out["emobank.slope"] = self.slope.detach().numpy()
        out["emobank.offset"] = self.offset.detach().numpy()
        return out


def batches(lengths: list[int], rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield shuffled batches of positions, texts of like length together so that little is padded."""
    order = rng.permutation(len(lengths))
    chunks = [sorted(order[i : i + 16 * BATCH], key=lengths.__getitem__) for i in range(0, len(order), 16 * BATCH)]
    grouped = [chunk[i : i + BATCH] for chunk in chunks for i in range(0, len(chunk), BATCH)]
    for i in rng.permutation(len(grouped)):
        yield [int(j) for j in grouped[i]]


def train(sentence_model: Any, emobank: Texts, framed: Texts, seed: int) -> Trainee:
    """Fit on both sources; squared error of each source in units of its own standard deviation."""
    import torch
    from rich.progress import track

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    trainee = Trainee(sentence_model)
    tokens = trainee.tokens([*emobank.texts, *framed.texts])
    target = torch.tensor(np.vstack([emobank.va, framed.va]), dtype=torch.float32)
    is_framed = torch.tensor([False] * len(emobank.texts) + [True] * len(framed.texts))[:, None]
    sd = [torch.tensor(source.va.std(axis=0), dtype=torch.float32) for source in (emobank, framed)]
    adapters = [p for a in trainee.adapters.values() for p in (a.down, a.up)]
    head = [*trainee.head.parameters(), trainee.slope, trainee.offset]
    optimizer = torch.optim.AdamW(
        [{"params": adapters, "lr": LEARNING_RATE}, {"params": head, "lr": 3 * LEARNING_RATE}], weight_decay=0.01
    )
    plan = [batch for _ in range(EPOCHS) for batch in batches([len(t) for t in tokens], rng)]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / len(plan)))
    )
    trainee.encoder.train()
    for batch in track(plan, description="training"):
        reading = trainee.read([tokens[i] for i in batch])
        term = is_framed[batch]
        predicted = torch.where(term, reading, trainee.slope * reading + trainee.offset)
        error = (predicted - target[batch]) / torch.where(term, sd[1], sd[0])
        loss = (torch.where(term, 1.0, EMOBANK_WEIGHT) * error**2).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's has no types
        torch.nn.utils.clip_grad_norm_(adapters, 1.0)
        optimizer.step()
        schedule.step()
    trainee.encoder.eval()
    return trainee


def residual_sd(trainee: Trainee, held_out: Texts) -> NDArray[np.float64]:
    """Return the root mean squared error on the common scale, shape (2,), from EmoBank sentences not trained on."""
    import torch

    tokens = trainee.tokens(held_out.texts)
    with torch.no_grad():
        reading = np.vstack([trainee.read(tokens[i : i + BATCH]).numpy() for i in range(0, len(tokens), BATCH)])
    slope, offset = trainee.slope.detach().numpy(), trainee.offset.detach().numpy()
    error = reading - (held_out.va - offset) / slope
    return np.asarray(np.sqrt((error**2).mean(axis=0)))


def main() -> None:
    """Train and write the reader's file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emobank", type=Path, required=True, help="EmoBank's CSV")
    parser.add_argument("--embedder", required=True, help="folder or Hub id of all-MiniLM-L6-v2")
    parser.add_argument("--output", type=Path, required=True, help="the .npz to write")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    emobank = read_emobank(args.emobank, "train")
    order = np.random.default_rng(args.seed).permutation(len(emobank.texts))
    cut = int(CALIBRATION_SHARE * len(order))
    trainee = train(
        SentenceTransformer(args.embedder, device="cpu"),
        emobank.take(order[cut:]),
        framed_examples(args.seed),
        args.seed,
    )
    sd = residual_sd(trainee, emobank.take(order[:cut]))
    np.savez_compressed(args.output, allow_pickle=False, **trainee.arrays(), **{"residual_sd": sd})


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
