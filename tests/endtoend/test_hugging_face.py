"""A real Hugging Face model, tiny and random, through `--model hf` and a local folder, on every task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

GENERATION = "iimi_basic,emotic_complex,emotic_describe,norms_term,norms_term_vad"
LIKELIHOOD = "iimi_basic_mc,emotic_complex_mc,norms_term_mc"


def test_a_local_folder_answers_every_task(vaemo_eval: Command, tiny_model: Path) -> None:
    done = vaemo_eval(
        *("--model", tiny_model, "--tasks", f"{GENERATION},{LIKELIHOOD}", "--limit", "6"),
        *("--gen_kwargs", "max_gen_toks=8", "--batch_size", "4", "--model_args", "dtype=float32"),
    )
    assert done.code == 0, done.err
    run = done.record
    assert set(run.tasks) == set(f"{GENERATION},{LIKELIHOOD}".split(","))
    assert run.model.id == "tiny-llama"
    assert str(tiny_model) not in (done.folder / "run.json").read_text(encoding="utf-8")
    without_content = 3 * (7 + 6 * 8)  # one list of 7 labels, and six of 8, each under three tokens
    assert run.usage.requests == 5 * 6 + 6 * (7 + 26 + 8) + without_content
    assert run.usage.prompt_tokens is not None
    assert run.usage.prompt_tokens > 1000
    assert vaemo_eval("rescore", done.folder).code == 0


@pytest.mark.parametrize(("tree", "path"), [("on", "tree"), ("off", "hflm")])
def test_the_record_says_how_labels_were_scored(vaemo_eval: Command, tiny_model: Path, tree: str, path: str) -> None:
    done = vaemo_eval(
        *("--model", "hf", "--model_args", f"pretrained={tiny_model},dtype=float32,tree={tree}", "--device", "cpu"),
        *("--tasks", "iimi_basic_mc", "--limit", "3"),
    )
    assert done.code == 0, done.err
    assert done.record.model.scoring_path == path


def test_log_likelihoods_are_those_of_transformers(vaemo_eval: Command, tiny_model: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    done = vaemo_eval(
        *("--model", "hf", "--model_args", f"pretrained={tiny_model},dtype=float32", "--device", "cpu"),
        *("--tasks", "iimi_basic_mc", "--limit", "2"),
    )
    assert done.code == 0, done.err
    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    for row in done.samples("iimi_basic_mc"):
        prompt, item, answer = row["prompt"], row["item"], row["answer"]
        for choice, given in zip(item["choices"], answer["loglikelihoods"], strict=True):
            whole = tokenizer(f"{prompt} {choice}", return_tensors="pt", add_special_tokens=False).input_ids
            start = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids.shape[1]
            with torch.no_grad():
                steps = model(whole).logits.log_softmax(-1)[0, start - 1 : -1]
            expected = float(steps.gather(1, whole[0, start:, None]).sum())
            assert given == pytest.approx(expected, abs=2e-4)


def test_chat_template_few_shot_and_system_text_reach_the_prompt(vaemo_eval: Command, tiny_model: Path) -> None:
    done = vaemo_eval(
        *("--model", tiny_model, "--tasks", "iimi_basic", "--limit", "1", "--gen_kwargs", "max_gen_toks=4"),
        *("--apply_chat_template", "--system_instruction", "Be brief.", "--num_fewshot", "2", "--device", "cpu"),
    )
    assert done.code == 0, done.err
    prompt = str(done.samples("iimi_basic")[0]["prompt"])
    assert prompt.startswith("<|system|>Be brief.")
    assert prompt.count("<|user|>") == 3
    assert prompt.endswith("<|assistant|>")
    run = done.record
    assert run.model.chat_template_sha256 is not None
    assert (run.system_instruction, run.tasks["iimi_basic"].num_fewshot) == ("Be brief.", 2)


def test_examples_of_a_ranking_name_a_true_label(vaemo_eval: Command, tiny_model: Path) -> None:
    done = vaemo_eval(
        *("--model", tiny_model, "--tasks", "emotic_complex_mc", "--limit", "1", "--num_fewshot", "2"),
        *("--device", "cpu"),
    )
    assert done.code == 0, done.err
    [row] = done.samples("emotic_complex_mc")
    shown = [line.removeprefix("Emotion:").strip() for line in str(row["prompt"]).splitlines() if line.startswith("Em")]
    assert len(shown) == 3
    assert set(shown[:2]) <= set(row["item"]["choices"])


def test_a_folder_without_a_model_is_one_line(vaemo_eval: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = vaemo_eval("--model", "./empty", "--tasks", "iimi_basic")
    assert done.code == 2
    line = done.err.strip().splitlines()[-1]
    assert line.startswith("vaemo-eval: --model: ")
    assert "./empty" in line
    assert not list((tmp_path / "results").rglob("*.jsonl.gz"))
