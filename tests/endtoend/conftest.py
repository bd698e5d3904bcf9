"""What end-to-end tests share: the command line as a user types it, and a tiny language model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.record import RunRecord
from harness.record.folder import read_samples
from harness.tasks import documents as docs
from harness.tasks import features

CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@dataclass(frozen=True)
class Finished:
    """A finished command: exit code and what it printed."""

    code: int
    out: str
    err: str
    cwd: Path

    @property
    def folder(self) -> Path:
        """The run folder that the command names."""
        line = next(line for line in self.out.splitlines() if line.startswith("Record: "))
        return self.cwd / Path(line.removeprefix("Record: ")).parent

    @property
    def record(self) -> RunRecord:
        """The run record, checked against its schema."""
        return RunRecord.model_validate_json((self.folder / "run.json").read_bytes())

    def samples(self, task: str) -> list[dict[str, Any]]:
        """The samples of one task, as plain JSON."""
        return [one.model_dump(mode="json") for one in read_samples(self.folder, self.record.tasks[task])]


Command = Callable[..., Finished]


@pytest.fixture
def vaemo_eval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `vaemo-eval` in a folder of its own; runs go to `<tmp_path>/results`."""

    def call(*arguments: str | Path, **environment: str) -> Finished:
        features.load.cache_clear()
        docs.split.cache_clear()
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.delenv(features.VARIABLE, raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Finished(code, printed.out, printed.err, tmp_path)

    return call


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a two-layer Llama with random weights and a tokenizer trained on the tasks' own words."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from harness.tasks.catalogue import TASKS

    text = [path.read_text(encoding="utf-8") for path in TASKS.rglob("*.yaml")]
    bpe = Tokenizer(models.BPE(unk_token=None))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        text, trainers.BpeTrainer(vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", pad_token="</s>", chat_template=CHAT_TEMPLATE
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=1,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
