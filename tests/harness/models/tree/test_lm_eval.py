"""A few-shot task through `lm_eval` itself, from a saved model, with `hf` and with `hf-tree`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lm_eval
import pytest
from lm_eval.tasks import TaskManager

import harness.models.tree.model  # noqa: F401 - registers hf-tree
from tests.harness.models.tree.models import WORDS, random_model, tokenizer

TASK = """
task: tiny_mc
dataset_path: json
dataset_kwargs:
  data_files: {{train: {data}, test: {data}}}
output_type: multiple_choice
training_split: train
test_split: test
fewshot_split: train
doc_to_text: "valence {{{{valence}}}} is"
doc_to_choice: ["anger", "fear", "joy of a face"]
doc_to_target: label
metric_list: [{{metric: acc}}]
"""


@pytest.mark.parametrize("chat", [False, True])
def test_a_few_shot_task_gives_equal_samples(tmp_path: Path, chat: bool) -> None:
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join(json.dumps({"valence": f"0.{i} {WORDS[i]}", "label": i % 3}) for i in range(6)))
    (tmp_path / "tiny_mc.yaml").write_text(TASK.format(data=data))
    random_model("llama").save_pretrained(tmp_path / "model")
    tokenizer().save_pretrained(tmp_path / "model")
    found: dict[str, Any] = {}
    for name in ("hf", "hf-tree"):
        found[name] = lm_eval.simple_evaluate(
            model=name,
            model_args={"pretrained": str(tmp_path / "model"), "device": "cpu", "dtype": "float32", "batch_size": 4},
            tasks=["tiny_mc"],
            num_fewshot=1,
            apply_chat_template=chat,
            task_manager=TaskManager(include_path=str(tmp_path), include_defaults=False),
            bootstrap_iters=0,
        )["samples"]["tiny_mc"]
    for own, ours in zip(found["hf"], found["hf-tree"], strict=True):
        assert own["arguments"] == ours["arguments"]
        assert own["acc"] == ours["acc"]
        for ((expected, flag),), ((got, our_flag),) in zip(own["resps"], ours["resps"], strict=True):
            assert float(got) == pytest.approx(float(expected), abs=2e-5)
            assert str(our_flag) == str(flag)
