"""Contextual calibration: the prompt without content, and what is made of the answers to it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from scipy.special import logsumexp, softmax
from sklearn import metrics as peer

from harness.kinds import get
from harness.models import choice as models
from harness.models.content_free import TOKENS, content_free, without_content
from harness.models.lm_eval import AskSettings
from harness.record import Answer, ContentFree, Parsed, Seeds
from harness.scoring.score import score
from harness.tasks.load import load_tasks
from harness.tasks.prompts import sandbox
from harness.tasks.prompts.content_free import ContentFreeValue
from harness.tasks.prompts.sandbox import BadTemplateError
from tests.making import baselines, item, read_rows, sample, write_rows

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
BIAS = np.array([0.0, 0.0, 6.0, 0.0, 0.0, 3.0, 0.0])


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Valence: {{ '%.2f' | format(valence) }}", "Valence: N/A"),
        ("{{ '%d %% of %.1f' | format(valence * 50 + 50, 100) }}", "N/A % of 100"),
        ("{{ (valence | round(1)) ~ ', ' ~ (2 - valence | abs) ~ (valence | int) }}", "N/A, N/AN/A"),
    ],
)
def test_a_template_prints_the_token_whatever_it_does_with_the_value(template: str, text: str) -> None:
    assert sandbox.render(template, {"valence": ContentFreeValue("N/A")}) == text


@pytest.mark.parametrize(
    "template",
    ["{{ 'good' if valence > 0 else 'bad' }}", "{% if valence == 0 %}none{% endif %}", "{{ 1 if valence else 0 }}"],
)
def test_a_template_that_decides_by_the_value_has_no_form_without_it(template: str) -> None:
    with pytest.raises(BadTemplateError):
        sandbox.render(template, {"valence": ContentFreeValue("N/A")})


def test_every_shipped_prompt_of_labels_has_a_form_without_content() -> None:
    for task in load_tasks(["iimi_basic_mc", "norms_term_mc", "norms_term_vad"], [], "shipped"):
        doc = task.engine.eval_docs[0]
        with_content = task.engine.doc_to_text(doc)
        without = task.engine.doc_to_text(without_content(task.question, doc, "N/A"))
        assert re.sub(r"(?m)^(Valence|Arousal|Dominance): .*$", r"\1: N/A", with_content) == without


@pytest.mark.parametrize(
    "more", ["{{ cluster_id }}", "{{ 'up' if arousal > 0 else 'down' }}", "{% if valence %}some{% endif %}"]
)
def test_a_prompt_that_shows_more_of_the_item_is_not_asked_without_content(more: str) -> None:
    [task] = load_tasks(["iimi_basic_mc"], [], "shipped")
    task.engine.set_config(key="doc_to_text", value=f"Valence: {{{{ valence }}}} {more} Emotion:")
    lm = Biased()
    seeds = Seeds(python=0, numpy=0, torch=0, fewshot=0, bootstrap=0, chance=0)
    settings = AskSettings(None, 5, False, None, {}, seeds)
    assert content_free(lm, task, settings) == {}
    assert lm.asked == []


def calibrated_samples(rng: np.random.Generator, n: int, tokens: int = 3) -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Return samples of a model that knows the label but prefers some, with its raw and content-free scores."""
    gold = rng.integers(0, 7, size=n)
    raw = 2.0 * np.eye(7)[gold] + rng.normal(size=(n, 7)) + BIAS - 40
    free = BIAS + 0.3 * rng.normal(size=(tokens, 7)) - 25
    given = tuple(ContentFree(token=token, loglikelihoods=tuple(row)) for token, row in zip(TOKENS, free, strict=False))
    rows = [
        sample(
            get("single_label"),
            item(row, labels=[LABELS[gold[row]]], choices=LABELS),
            Answer(loglikelihoods=tuple(raw[row])),
            content_free=given if row == 0 else (),
        )
        for row in range(n)
    ]
    return rows, raw, free


def test_calibration_divides_by_the_mean_probability_without_content() -> None:
    samples, raw, free = calibrated_samples(np.random.default_rng(0), 60)
    found = score(get("single_label"), LABELS, samples)
    gold = np.array([LABELS.index(one.item.labels[0]) for one in samples])
    ratio = softmax(raw, axis=1) / softmax(free, axis=1).mean(axis=0)
    by_hand = ratio / ratio.sum(axis=1, keepdims=True)
    values = {name: one.value for name, one in found.metrics.items() if one.value is not None}
    assert values["log_loss_cal"] == pytest.approx(peer.log_loss(gold, by_hand, labels=range(7)), abs=1e-7)
    assert values["accuracy_cal"] == pytest.approx(peer.accuracy_score(gold, by_hand.argmax(axis=1)))
    truth = np.eye(7)[gold]
    assert values["brier_cal"] == pytest.approx(((by_hand - truth) ** 2).sum(axis=1).mean(), abs=1e-7)
    confidence, right = by_hand.max(axis=1), by_hand.argmax(axis=1) == gold
    bins = np.digitize(confidence, np.arange(1, 15) / 15, right=True)
    gaps = [abs((confidence - right)[bins == one].sum()) for one in range(15)]
    assert values["ece_cal"] == pytest.approx(sum(gaps) / 60, abs=1e-7)
    diagram = found.reliability["calibrated"]
    assert [one.items for one in diagram] == [int((bins == one).sum()) for one in range(15)]
    assert values["accuracy_cal"] > values["accuracy"] + 0.2
    assert values["log_loss_cal"] < values["log_loss"]


def test_a_constant_answer_has_nothing_left_once_it_is_calibrated() -> None:
    samples, _, _ = calibrated_samples(np.random.default_rng(1), 30)
    majority = Answer(loglikelihoods=(0.0, -1.0, -2.0, -2.0, -2.0, -2.0, -2.0))
    found = score(get("single_label"), LABELS, samples, others=baselines(majority=[majority] * 30)).metrics
    assert found["log_loss_cal"].baselines["majority"] == pytest.approx(np.log(7))
    assert found["brier_cal"].baselines["majority"] == pytest.approx(6 / 7)


def test_without_content_free_answers_there_is_no_calibrated_number_and_a_reason() -> None:
    samples, _, _ = calibrated_samples(np.random.default_rng(2), 10, tokens=0)
    found = score(get("single_label"), LABELS, samples)
    assert found.metrics["brier"].value is not None
    assert found.metrics["brier_cal"].value is None
    assert found.metrics["brier_cal"].reason == "no log-likelihoods of prompts without content"
    assert sorted(found.reliability) == ["normalised", "raw"]


def test_a_missing_answer_does_not_take_the_calibration_of_the_others_along() -> None:
    samples, raw, free = calibrated_samples(np.random.default_rng(3), 40)
    lost = samples[0].model_copy(
        update={"answer": Answer(missing="no answer came"), "parsed": Parsed(status="missing"), "scores": {}}
    )
    found = score(get("single_label"), LABELS, [lost, *samples[1:]], allow_missing=True).metrics
    ratio = (softmax(raw, axis=1) / softmax(free, axis=1).mean(axis=0))[1:]
    right = [LABELS[best] == one.item.labels[0] for best, one in zip(ratio.argmax(axis=1), samples[1:], strict=True)]
    assert found["accuracy_cal"].value == pytest.approx(np.mean(right))


class Biased(LM):  # type: ignore[misc]  # lm-eval has no types
    """Likes some labels, whatever it is asked, and gives more to the nearer of anger and happiness by valence."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Answer from the prompt, and keep what was asked."""
        self.asked += [request.args for request in requests]
        return [(self._score(*request.args), False) for request in requests]

    def _score(self, prompt: str, label: str) -> float:
        valence = re.findall(r"Valence: (.*)", prompt)[-1]
        bias = dict(zip(LABELS, map(float, BIAS), strict=True)).get(label.strip(), float(len(label)))
        return bias + (4 * float(valence) if label.strip() == "happiness" and "." in valence else 0.0) - 9.0

    def generate_until(self, requests: Sequence[Instance]) -> list[str]:
        """Refuse."""
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: Sequence[Instance]) -> list[float]:
        """Refuse."""
        raise NotImplementedError


def test_a_run_asks_each_list_of_labels_once_without_content(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    lm = Biased()
    monkeypatch.setattr(models, "open_model", lambda *_: lm)
    done = vaemo_eval("--model", "vllm", "--tasks", "iimi_basic_mc,norms_term_mc,emotic_complex_mc", "--limit", "9")
    assert done.code == 0, done.err
    empty = [args for args in lm.asked if not re.search(r"Valence: -?\d", args[0])]
    assert len(empty) == 3 * 7 + 9 * 3 * 8  # one list of 7; 9 lists of 8; a ranking is not asked
    assert done.record.usage.requests == len(lm.asked)
    first, *rest = done.samples("iimi_basic_mc")
    assert [one["token"] for one in first["content_free"]] == list(TOKENS)
    assert not any(row["content_free"] for row in rest)
    assert all(len(row["content_free"]) == 3 for row in done.samples("norms_term_mc"))
    numbers = done.record.tasks["iimi_basic_mc"].metrics
    assert done.record.tasks["iimi_basic_mc"].bias.most_overused == "fear"  # type: ignore[union-attr]
    free = softmax(np.tile(BIAS - 9, (3, 1)), axis=1).mean(axis=0)
    losses = []
    for row in done.samples("iimi_basic_mc"):
        raw = np.array(row["answer"]["loglikelihoods"])
        ratio = softmax(raw) / free
        losses.append(-np.log((ratio / ratio.sum())[LABELS.index(row["item"]["labels"][0])]))
    assert numbers["log_loss_cal"].value == pytest.approx(np.mean(losses), abs=1e-7)
    assert vaemo_eval("rescore", done.folder).code == 0
    path = done.folder / "samples" / "iimi_basic_mc.jsonl.gz"
    rows = read_rows(path)
    rows[0]["content_free"][0]["loglikelihoods"][0] = -3.5
    write_rows(path, rows)
    changed = vaemo_eval("rescore", done.folder)
    assert (changed.code, "log_loss" in changed.out) == (1, True)


def test_a_plan_counts_what_a_run_asks_without_content(vaemo_eval: Command) -> None:
    arguments = ("--model", "baseline:majority", "--tasks", "iimi_basic_mc,norms_term_mc", "--limit", "4")
    planned = vaemo_eval("plan", "--json", *arguments)
    assert planned.code == 0, planned.err
    tasks = {task["task"]: task["requests"] for task in json.loads(planned.out)["tasks"]}
    assert tasks == {"iimi_basic_mc": (4 + 3) * 7, "norms_term_mc": (4 + 4 * 3) * 8}
    assert vaemo_eval(*arguments).record.usage.requests == sum(tasks.values())


def test_a_real_model_is_asked_by_its_own_path_and_examples_stay(vaemo_eval: Command, tiny_model: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    arguments = ("--model", tiny_model, "--device", "cpu", "--tasks", "iimi_basic_mc", "--limit", "2")
    done = vaemo_eval(*arguments)
    assert done.code == 0, done.err
    first = done.samples("iimi_basic_mc")[0]
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32).eval()
    for one in first["content_free"]:
        prompt = re.sub(r"(?m)^(Valence|Arousal): .*$", rf"\1: {one['token']}", str(first["prompt"]))
        begin = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        whole = tokenizer(prompt + " anger", add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([whole])).logits[0].double().numpy()
        logs = logits - logsumexp(logits, axis=1, keepdims=True)
        expected = sum(logs[place - 1, whole[place]] for place in range(len(begin), len(whole)))
        assert one["loglikelihoods"][0] == pytest.approx(expected, abs=1e-3)
    shown = vaemo_eval(*arguments, "--num_fewshot", "2")
    assert shown.code == 0, shown.err
    answers = shown.samples("iimi_basic_mc")[0]["content_free"]
    assert [one["token"] for one in answers] == [token for token in TOKENS for _ in range(8)]
    assert len({tuple(one["loglikelihoods"]) for one in answers}) == 24
    assert vaemo_eval("rescore", shown.folder).code == 0
