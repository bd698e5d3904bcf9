"""`vaemo-eval plan`: what it counts is what a run then asks."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.models.cache.loopback import loopback

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

TASKS = "emotic_complex,norms_term"


def plan(vaemo_eval: Command, *arguments: str | Path) -> dict[str, Any]:
    """Return the plan as JSON."""
    done = vaemo_eval("plan", "--json", *arguments)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_what_is_planned_is_what_a_run_asks(vaemo_eval: Command, tmp_path: Path) -> None:
    with loopback() as server:
        arguments = ["--model", "local-chat-completions", "--model_args", f"base_url={server.address},model=m"]
        arguments += ["--tasks", TASKS, "--cache", str(tmp_path / "cache")]
        planned = plan(vaemo_eval, *arguments)
        assert not server.asked
        assert not (tmp_path / "results").exists()
        assert not (tmp_path / "cache").exists()
        part = vaemo_eval(*arguments, "--limit", "50")
        assert part.code == 0, part.err
        first = dict(server.asked)
        rest = plan(vaemo_eval, *arguments)
        done = vaemo_eval(*arguments)
        assert done.code == 0, done.err
    assert sum(task["to_ask"] for task in planned["tasks"]) == len(server.asked)
    assert sum(task["to_ask"] for task in rest["tasks"]) == len(server.asked) - len(first)
    assert sum(task["known"] for task in rest["tasks"]) == len(first)
    assert sum(task["equal"] for task in planned["tasks"]) == done.record.usage.equal > 0
    for task in planned["tasks"]:
        assert task["requests"] == task["equal"] + task["to_ask"] == done.record.tasks[task["task"]].items
    contents = ["\n".join(message["content"] for message in json.loads(prompt)) for prompt in server.asked]
    assert sum(task["prompt_tokens"] for task in planned["tasks"]) == sum((len(text) + 3) // 4 for text in contents)
    assert "estimated" in planned["counted"]
    assert planned["money"] is None


def test_money_and_time_are_what_they_are_by_hand(vaemo_eval: Command, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("- source: a page\n  date: 2026-01-31\n  models:\n    openai/toy: [3.0, 8.0]\n")
    found = plan(
        vaemo_eval, "--model", "openai/toy", "--tasks", "norms_term", "--prices", prices,
        "--concurrency", "4", "--latency", "2.5", "--answer-tokens", "100",
    )  # fmt: skip
    [task] = found["tasks"]
    assert task["answer_tokens"] == 100 * task["to_ask"] == 100 * 142
    assert found["money"]["expected"] == pytest.approx((3 * task["prompt_tokens"] + 8 * 14_200) / 1e6)
    assert found["money"]["most"] == pytest.approx((3 * task["prompt_tokens"] + 8 * 256 * 142) / 1e6)
    assert (found["money"]["source"], found["money"]["as_of"]) == ("a page", "2026-01-31")
    assert found["seconds"] == pytest.approx(36 * 2.5)  # 35 rounds of 4 and one of 2
    shown = vaemo_eval("plan", "--model", "openai/toy", "--tasks", "norms_term", "--prices", prices)
    assert "as of 2026-01-31, a page" in shown.out
    assert shown.out.rstrip().endswith("Nothing was sent.")
    unknown = vaemo_eval("plan", "--model", "openai/unheard-of", "--tasks", "norms_term")
    assert "no price of openai/unheard-of is known" in unknown.out


def test_a_local_models_own_tokenizer_counts_and_its_answers_are_known(vaemo_eval: Command, tiny_model: Path) -> None:
    from transformers import AutoTokenizer

    arguments = ["--model", str(tiny_model), "--tasks", "emotic_complex_mc,iimi_basic_mc", "--limit", "3"]
    found = plan(vaemo_eval, *arguments, "--cache", "cache", "--apply_chat_template")
    assert found["counted"] == "by the model's own tokenizer"
    assert [(task["requests"], task["to_ask"]) for task in found["tasks"]] == [(3 * 26, 3 * 26), (6 * 7, 6 * 7)]
    assert found["seconds"] is None
    done = vaemo_eval(*arguments, "--cache", "cache", "--device", "cpu", "--apply_chat_template")
    assert done.code == 0, done.err
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    prompts = [str(row["prompt"]) for row in done.samples("emotic_complex_mc")]
    expected = 26 * sum(len(tokenizer(prompt, add_special_tokens=False)["input_ids"]) for prompt in prompts)
    assert found["tasks"][0]["prompt_tokens"] == expected
    again = plan(vaemo_eval, *arguments, "--cache", "cache", "--apply_chat_template")
    assert done.record.usage.requests == 3 * 26 + 6 * 7
    assert [(task["known"], task["to_ask"]) for task in again["tasks"]] == [(3 * 26, 0), (6 * 7, 0)]


def test_planning_needs_no_weights_and_loads_no_back_end(
    vaemo_eval: Command, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, tmp_path / "bare", ignore=shutil.ignore_patterns("*.safetensors"))
    monkeypatch.setitem(sys.modules, "harness.models.tree.model", None)  # importing it fails
    done = vaemo_eval("plan", "--model", "./bare", "--tasks", "iimi_basic_mc", "--limit", "2")
    assert done.code == 0, done.err
    assert "by the model's own tokenizer" in done.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--latency", "0"], "--latency"),
        (["--answer-tokens", "0"], "--answer-tokens"),
        (["--prices", "nowhere.yaml"], "nowhere.yaml: "),
    ],
)
def test_what_cannot_be_meant_is_one_line(vaemo_eval: Command, arguments: list[str], named: str) -> None:
    done = vaemo_eval("plan", "--model", "openai/gpt-4o", "--tasks", "norms_term", *arguments)
    assert done.code == 2
    assert named in done.err.strip().splitlines()[-1]


def test_a_price_file_is_shown_and_not_obeyed(vaemo_eval: Command, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(
        '- {source: "s\\e[2J\\nNothing was sent.", date: 2026-01-01, models: {openai/gpt-4o: [1, 1]}}\n',
        encoding="utf-8",
    )
    (tmp_path / "broken.yaml").write_text(
        '- {source: s, date: 2026-01-01, models: {"\\e[2J\\nnext": [a, 1]}}\n', encoding="utf-8"
    )
    told, refused = (
        vaemo_eval("plan", "--model", "openai/gpt-4o", "--tasks", "norms_term", "--prices", str(tmp_path / name))
        for name in ("prices.yaml", "broken.yaml")
    )
    assert (told.code, refused.code) == (0, 2), told.err
    assert "s\\u{1b}[2J Nothing was sent.;" in told.out
    line = refused.err.splitlines()[-1]
    assert "\\u{1b}[2J next" in line
    for said in (told.out, line):
        assert said.replace("\n", "").isprintable()


def test_time_is_in_whole_rounds(vaemo_eval: Command) -> None:
    arguments = ("--model", "openai/toy", "--tasks", "norms_term", "--limit", "10")
    assert plan(vaemo_eval, *arguments)["seconds"] == 1.0
    assert "time: 1.0 s if a request takes 1 s and 64 run at once" in vaemo_eval("plan", *arguments).out


def test_flags_of_an_api_are_refused_as_a_run_refuses_them(vaemo_eval: Command) -> None:
    arguments = ("--model", "baseline:prototype", "--tasks", "norms_term", "--concurrency", "4")
    planned, run = vaemo_eval("plan", *arguments), vaemo_eval(*arguments)
    assert (planned.code, planned.err) == (run.code, run.err)
    assert planned.code == 2
    assert "--concurrency: " in planned.err
