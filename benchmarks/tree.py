"""The prefix tree against lm-eval's own Hugging Face path, same model, same requests, same run.

    python -m benchmarks.tree [--repeats 5] [--threads 1] [--hflm-prompts 8] [--hidden 512 --layers 8 --vocab 32000]

Weights are random; they do not change the time. HFLM's time is linear in its requests, so it is timed on a sample of
the prompts in each repeat and scaled up; `--hflm-prompts 64` times all.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from harness.models.tree.encode import encode_pairs
from harness.models.tree.layouts import additive_masks
from harness.models.tree.model import PrefixTreeLM
from harness.models.tree.plan import make_plan
from harness.models.tree.trie import build_trie, truncate

PROMPTS = 64
BATCH_SIZES = (1, 4, 8, 16, 32)
HOST_WORK = {  # where the tree looks these up, so that they can be timed
    "harness.models.tree.model.encode_pairs": encode_pairs,
    "harness.models.tree.model.build_trie": build_trie,
    "harness.models.tree.scorer.make_plan": make_plan,
    "harness.models.tree.layouts.additive_masks": additive_masks,
}
EMOTIONS = """
affection anger annoyance anticipation aversion confidence disapproval disconnection disquietment doubt embarrassment
engagement esteem excitement fatigue fear happiness pain peace pleasure sadness sensitivity suffering surprise sympathy
yearning
"""
WORDS = """
valence arousal face person from to unpleasant pleasant calm excited label emotion number answer is of the a and what
which how scale between minus plus one zero shown feels choose word list
"""


@dataclass(frozen=True)
class Workload:
    """Requests of one row of the table."""

    name: str
    contexts: list[str]
    labels: list[str]

    def requests(self, contexts: list[str]) -> list[Instance]:
        """Every label after each context."""
        pairs = [(context, label) for context in contexts for label in self.labels]
        return [Instance("loglikelihood", {}, pair, i) for i, pair in enumerate(pairs)]


@dataclass
class Meter:
    """Tokens given to the model, and seconds by kind of work."""

    tokens: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its seconds added to those of `name`."""

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            result = function(*args, **kwargs)
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
            return result

        return wrapper


def build_model(folder: Path, hidden: int, layers: int, vocab: int) -> None:
    """Save a random Llama and a byte-level BPE tokenizer trained on the benchmark's own words."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )  # fmt: skip
    text = [
        " ".join(WORDS.split() + [word[:5] for word in EMOTIONS.split()])
    ] * 5  # words in one token, emotions in one to six
    bpe.train_from_iterator(text, trainer)
    PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token="<s>", eos_token="</s>").save_pretrained(folder)  # noqa: S106  no passwords
    config = LlamaConfig(
        vocab_size=vocab, hidden_size=hidden, intermediate_size=4 * hidden, num_hidden_layers=layers,
        num_attention_heads=8, num_key_value_heads=4, max_position_embeddings=2048,
    )  # fmt: skip
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(folder)


def workloads() -> list[Workload]:
    """Prompts that differ in two numbers at the end, with 26 and 7 labels, and prompts without a common prefix."""
    draw = random.Random(0)
    words = WORDS.split()
    shared = " ".join(draw.choice(words) for _ in range(225))
    numbers = [(draw.uniform(-1, 1), draw.uniform(-1, 1)) for _ in range(PROMPTS)]
    prompts = [f"{shared} valence {v:.2f} arousal {a:.2f} emotion is" for v, a in numbers]
    alone = [" ".join(draw.choice(words) for _ in range(250)) for _ in range(PROMPTS)]
    many = [f" {word}" for word in EMOTIONS.split()]
    return [
        Workload("26 labels, shared prompt", prompts, many),
        Workload("7 labels, shared prompt", prompts, many[::4]),
        Workload("4 labels, nothing shared", alone, many[:4]),
        Workload("4 one-token labels, nothing shared", alone, [" calm", " face", " list", " one"]),
    ]


@contextmanager
def metered(lm: HFLM, meter: Meter) -> Iterator[None]:
    """Count the tokens that `lm` forwards and time its forward passes and the tree's host work."""
    forward = meter.timed("forward", lm.model.forward)

    def counting(*args: Any, **kwargs: Any) -> Any:
        meter.tokens += (args[0] if args else kwargs["input_ids"]).numel()
        return forward(*args, **kwargs)

    patches = [mock.patch(where, meter.timed("host", function)) for where, function in HOST_WORK.items()]
    with mock.patch.object(lm.model, "forward", counting):
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()


def seconds(lm: HFLM, requests: list[Instance]) -> float:
    """Wall time of scoring some requests."""
    start = time.perf_counter()
    lm.loglikelihood(requests, disable_tqdm=True)
    return time.perf_counter() - start


def best_batch_size(folder: Path, work: Workload) -> int:
    """The batch size at which HFLM is fastest, on a few prompts."""
    requests = work.requests(work.contexts[: max(1, 32 // len(work.labels))])
    return min(BATCH_SIZES, key=lambda size: seconds(hflm(folder, size), requests))


def hflm(folder: Path, batch_size: int) -> HFLM:
    """lm-eval's own model."""
    return HFLM(str(folder), device="cpu", dtype="float32", batch_size=batch_size)


def tree(folder: Path) -> PrefixTreeLM:
    """Ours."""
    return PrefixTreeLM(str(folder), device="cpu", dtype="float32", batch_size=8)


def plain_pass(lm: HFLM, tokens: int) -> float:
    """Seconds of a plain forward pass over as many tokens, 256 in a row, logits of the last token only."""
    ids = torch.randint(0, 500, (max(1, tokens // 256), 256))
    start = time.perf_counter()
    with torch.no_grad():
        lm.model(ids, logits_to_keep=1)
    return (time.perf_counter() - start) * tokens / ids.numel()


def compare(folder: Path, work: Workload, repeats: int, hflm_prompts: int) -> list[str]:
    """One row of the table."""
    batch_size = best_batch_size(folder, work)
    own, ours = hflm(folder, batch_size), tree(folder)
    expected = own.loglikelihood(work.requests(work.contexts[:1]), disable_tqdm=True)
    check = Meter()
    with metered(ours, check):
        got = ours.loglikelihood(work.requests(work.contexts), disable_tqdm=True)[: len(work.labels)]
    assert max(abs(a[0] - b[0]) for a, b in zip(expected, got, strict=True)) < 1e-3, "the two disagree"
    minimum = len(build_trie(truncate(encode_pairs(ours, [r.args for r in work.requests(work.contexts)]), 2048)))
    draw = random.Random(1)
    own_times, our_times, floors = [], [], []
    meter, own_meter = Meter(), Meter()
    for _ in range(repeats):
        some = draw.sample(work.contexts, min(hflm_prompts, PROMPTS))
        with metered(own, own_meter):
            own_times.append(seconds(own, work.requests(some)) * PROMPTS / len(some))
        with metered(ours, meter):
            our_times.append(seconds(ours, work.requests(work.contexts)))
        floors.append(plain_pass(ours, minimum))
    own_time, our_time = statistics.median(own_times), statistics.median(our_times)
    ratio = statistics.median(a / b for a, b in zip(own_times, our_times, strict=True))
    tokens = meter.tokens / repeats
    own_tokens = own_meter.tokens / repeats * PROMPTS / min(hflm_prompts, PROMPTS)
    return [
        work.name, f"{own_time:.1f} (batch {batch_size})", f"{our_time:.2f}", f"{ratio:.1f}x", f"{own_tokens:,.0f}",
        f"{tokens:,.0f}", f"{tokens / minimum:.3f}", f"{our_time / statistics.median(floors):.2f}",
        f"{meter.seconds['host'] / sum(our_times):.1%}", f"{meter.seconds['forward'] / sum(our_times):.1%}",
        f"{check.tokens - tokens:,.0f}", f"{peak(folder, work, batch_size)} / {peak(folder, work, 0)}",
    ]  # fmt: skip


def peak(folder: Path, work: Workload, batch_size: int) -> int:
    """Peak resident MiB of a new process: the tree (batch size 0) on the whole workload, HFLM on one batch and more."""
    command = [sys.executable, "-m", "benchmarks.tree", "--peak", str(folder), work.name, str(batch_size)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def print_peak(folder: str, name: str, batch_size: str) -> None:
    """Score in this process and print its peak memory."""
    work = next(work for work in workloads() if work.name == name)
    lm = hflm(Path(folder), int(batch_size)) if int(batch_size) else tree(Path(folder))
    lm.loglikelihood(work.requests(work.contexts if isinstance(lm, PrefixTreeLM) else work.contexts[:2]))
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    sys.stdout.write(f"{int(status.split('VmHWM:')[1].split()[0]) // 1024}\n")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--hflm-prompts", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--vocab", type=int, default=32000)
    parser.add_argument("--peak", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    disable_progress_bar()
    torch.set_num_threads(options.threads)
    if options.peak:
        print_peak(*options.peak)
        return
    table = Table(
        title=f"Llama, random weights, hidden {options.hidden}, {options.layers} layers, vocabulary {options.vocab}, "
        f"float32, {options.threads} CPU thread(s); {PROMPTS} prompts; medians of {options.repeats}; "
        f"HFLM timed on {options.hflm_prompts} prompts and scaled"
    )
    for column in (
        "workload", "HFLM s", "tree s", "faster", "HFLM tokens", "tree tokens", "/ trie minimum", "time / floor",
        "host work", "forward", "self-check tokens (once)", "peak MiB HFLM / tree",
    ):  # fmt: skip
        table.add_column(column)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_model(folder, options.hidden, options.layers, options.vocab)
        for work in workloads():
            table.add_row(*compare(folder, work, options.repeats, options.hflm_prompts))
    Console(width=220).print(table)


if __name__ == "__main__":
    main()
