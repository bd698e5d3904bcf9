"""Train the text-to-VA reader: `python -m benchmarks.train_va_readback --emobank emobank.csv --output FILE`.

It is trained on human ratings of EmoBank's train split (Buechel & Hahn 2017, CC BY-SA 4.0; the output has the same
licence) and of the emotion terms of Russell & Mehrabian (1977) in our own sentence frames. EmoBank's raters used only
the middle of their scale, so each source has its own linear scale of the common reading; the reader reports the terms'
scale. One member a fold of emotion words is trained, on the texts without a word of the fold (`harness.text.va_folds`).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.readback_data import framed_examples, read_emobank
from harness.text.adapter import DOWN, SIGNATURE, UP, adapted_layers, halves, pooled, signature
from harness.text.va_folds import FOLDS, folds_in
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    import torch

RANK = 8
EPOCHS = 3
BATCH = 32
MAX_TOKENS = 64
LEARNING_RATE = 1e-3
EMOBANK_WEIGHT = 1.5  # of a sentence's loss against a framed term's
CALIBRATION_SHARE = 0.1  # of EmoBank train, never trained on: gives EmoBank's scale and the reader's error

Arrays = dict[str, NDArray[np.floating]]


@dataclass(frozen=True)
class States:
    """Texts after the lower half of the encoder, which is not trained: n states of shape (tokens, width)."""

    of: list[torch.Tensor]

    def take(self, rows: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the states of these texts, shape (n, tokens, width), and their mask, shape (n, tokens)."""
        import torch

        listed = [self.of[row].float() for row in rows]
        mask = [torch.ones(len(states)) for states in listed]
        return tuple(torch.nn.utils.rnn.pad_sequence(part, batch_first=True) for part in (listed, mask))  # type: ignore[return-value]  # one a part, so two


def lower_states(sentence_model: Any, lower: Any, texts: Sequence[str]) -> States:
    """Run the lower half of the encoder, texts cut at MAX_TOKENS."""
    import torch

    states: list[torch.Tensor] = [torch.empty(0)] * len(texts)
    tokens: list[list[int]] = sentence_model.tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
    order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(tokens[row]) for row in rows], batch_first=True)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(tokens[row])) for row in rows], batch_first=True)
        with torch.no_grad():
            hidden = lower(input_ids=ids, attention_mask=mask).last_hidden_state
        for row, state in zip(rows, hidden, strict=True):
            states[row] = state[: len(tokens[row])].half()
    return States(states)


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
    """The upper blocks with low-rank layers, a linear head to the common reading, and EmoBank's own scale."""

    def __init__(self, blocks: torch.nn.ModuleList) -> None:
        import torch

        self.blocks = blocks.requires_grad_(False)
        self.adapters: dict[str, Any] = {}
        for name, layer in adapted_layers(blocks).items():
            parent, _, child = name.rpartition(".")
            self.adapters[name] = _low_rank(layer)
            setattr(blocks.get_submodule(parent), child, self.adapters[name])
        width = next(iter(self.adapters.values())).base.in_features
        self.head = torch.nn.Linear(width, 2)
        self.slope = torch.nn.Parameter(torch.tensor([0.5, 0.4]))
        self.offset = torch.nn.Parameter(torch.zeros(2))

    def read(self, states: States, rows: Sequence[int]) -> torch.Tensor:
        """Return the common reading, shape (n, 2)."""
        reading: torch.Tensor = self.head(pooled(self.blocks, *states.take(rows)))
        return reading

    def arrays(self, prefix: str) -> Arrays:
        """Return what was trained, ready for the file."""
        out: Arrays = {}
        for name, adapter in self.adapters.items():
            out[prefix + name + DOWN] = adapter.down.detach().numpy().astype(np.float16)
            out[prefix + name + UP] = adapter.up.detach().numpy().astype(np.float16)
        out[prefix + "head.weight"] = self.head.weight.detach().numpy()
        out[prefix + "head.bias"] = self.head.bias.detach().numpy()
        return out


def batches(lengths: list[int], rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield shuffled batches of positions, texts of like length together so that little is padded."""
    order = rng.permutation(len(lengths))
    chunks = [sorted(order[i : i + 16 * BATCH], key=lengths.__getitem__) for i in range(0, len(order), 16 * BATCH)]
    grouped = [chunk[i : i + BATCH] for chunk in chunks for i in range(0, len(chunk), BATCH)]
    for i in rng.permutation(len(grouped)):
        yield [int(j) for j in grouped[i]]


def train(
    blocks: torch.nn.ModuleList, states: States, va: NDArray[np.float64], framed: NDArray[np.bool_], seed: int
) -> Trainee:
    """Fit on both sources; squared error of each source in units of its own standard deviation.

    Args:
        blocks: the upper half of the encoder; changed.
        states: of n texts.
        va: what the texts convey, shape (n, 2).
        framed: which texts are framed terms, shape (n,); the others are EmoBank's.
        seed: of initial values and order.
    """
    import torch
    from rich.progress import track

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    trainee = Trainee(blocks)
    target = torch.tensor(va, dtype=torch.float32)
    is_framed = torch.tensor(framed)[:, None]
    sd = [torch.tensor(va[source].std(axis=0), dtype=torch.float32) for source in (~framed, framed)]
    adapters = [p for a in trainee.adapters.values() for p in (a.down, a.up)]
    head = [*trainee.head.parameters(), trainee.slope, trainee.offset]
    optimizer = torch.optim.AdamW(
        [{"params": adapters, "lr": LEARNING_RATE}, {"params": head, "lr": 3 * LEARNING_RATE}], weight_decay=0.01
    )
    plan = [batch for _ in range(EPOCHS) for batch in batches([len(state) for state in states.of], rng)]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / len(plan)))
    )
    blocks.train()
    for batch in track(plan, description="training"):
        reading = trainee.read(states, batch)
        term = is_framed[batch]
        predicted = torch.where(term, reading, trainee.slope * reading + trainee.offset)
        error = (predicted - target[batch]) / torch.where(term, sd[1], sd[0])
        loss = (torch.where(term, 1.0, EMOBANK_WEIGHT) * error**2).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's has no types
        torch.nn.utils.clip_grad_norm_(adapters, 1.0)
        optimizer.step()
        schedule.step()
    blocks.eval()
    return trainee


def readings(trainee: Trainee, states: States) -> NDArray[np.float64]:
    """Return the common reading of all texts, shape (n, 2)."""
    import torch

    rows = range(len(states.of))
    with torch.no_grad():
        read = [trainee.read(states, rows[i : i + BATCH]).numpy() for i in rows[::BATCH]]
    return np.vstack(read).astype(np.float64)


def calibrated(read: NDArray[np.float64], rated: NDArray[np.float64]) -> Arrays:
    """Place EmoBank's ratings on the scale of the readings, and find the readings' error.

    The line has the ratings' mean and standard deviation, so that concordance is not lost to a narrower spread.

    Args:
        read: of each member, shape (members, n, 2).
        rated: by EmoBank, shape (n, 2).
    """
    mean = read.mean(axis=0)
    slope = rated.std(axis=0) / mean.std(axis=0)
    offset = rated.mean(axis=0) - slope * mean.mean(axis=0)
    error = np.concatenate([mean[None], read]) - (rated - offset) / slope
    sd = np.sqrt((error**2).mean(axis=1))
    return {"emobank.slope": slope, "emobank.offset": offset, "residual_sd": sd[0], "member_residual_sd": sd[1:]}


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
    emobank, framed = read_emobank(args.emobank, "train"), framed_examples(args.seed)
    model = SentenceTransformer(args.embedder, device="cpu")
    lower, _ = halves(model[0].auto_model)
    texts = [*emobank.texts, *framed.texts]
    states, va = lower_states(model, lower, texts), np.vstack([emobank.va, framed.va])
    order = np.random.default_rng(args.seed).permutation(len(emobank.texts))
    held_out = order[: int(CALIBRATION_SHARE * len(order))]
    is_framed = np.arange(len(texts)) >= len(emobank.texts)
    arrays: Arrays = {SIGNATURE: np.array(signature(model[0].auto_model))}
    read = []
    for fold in range(FOLDS):
        used = np.array([fold not in folds_in(text) for text in texts])
        used[held_out] = False
        rows = np.flatnonzero(used)
        blocks = halves(model[0].auto_model)[1]
        trainee = train(blocks, States([states.of[row] for row in rows]), va[rows], is_framed[rows], args.seed + fold)
        arrays |= trainee.arrays(f"{fold}.")
        read.append(readings(trainee, States([states.of[row] for row in held_out])))
    np.savez_compressed(args.output, allow_pickle=False, **arrays, **calibrated(np.array(read), emobank.va[held_out]))


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
