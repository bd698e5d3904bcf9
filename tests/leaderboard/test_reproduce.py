"""The command that asks a task again, read by the program's own parser."""

from __future__ import annotations

import json
import shlex
from argparse import Namespace
from pathlib import Path

import pytest

from harness.commands.run import arguments, config, parser
from harness.record import EmbedderRecord, RunRecord
from leaderboard.reproduce import command
from tests.leaderboard.editing import folder_of


def _record(results: Path) -> RunRecord:
    return RunRecord.model_validate_json((folder_of(results, "baseline__gaussian") / "run.json").read_bytes())


def _read_back(record: RunRecord) -> Namespace:
    words = shlex.split(command(record, "norms_term"))
    assert words[0] == "vaemo-eval"
    return parser().parse_args(words[1:])


@pytest.mark.parametrize("text", ["Say 'yes'; $(rm) `x`", "- be brief", "--limit 3"])
def test_the_command_is_one_that_the_program_takes(results: Path, text: str) -> None:
    record = _record(results).model_copy(update={"system_instruction": text, "apply_chat_template": True})
    read = _read_back(record)
    assert (read.model, read.tasks) == ("baseline:gaussian", "norms_term")
    assert read.system_instruction == record.system_instruction
    assert read.apply_chat_template
    assert read.seed == "0,1234,1234,1234"


@pytest.mark.parametrize(
    "given",
    [
        {"do_sample": True, "temperature": 0.7, "max_gen_toks": 64},
        {"reasoning": {"effort": "low", "exclude": [1, None]}, "top_p": 0.9},
        {"until": ["a, b=c", "\n"]},
        {"user": "12"},
        {"a": "true"},
        {"b": "None"},
        {"c": "1e5", "d": "inf"},
        {"d": "", "e": None},
        {"seed": -5, "top_p": 1e-05, "stop": "a b"},
    ],
)
def test_the_command_gives_generation_arguments_as_the_run_had_them(results: Path, given: dict[str, object]) -> None:
    read = _read_back(_record(results).model_copy(update={"gen_kwargs": given}))
    again = arguments(read.gen_kwargs, "--gen_kwargs")
    assert json.dumps(again) == json.dumps(given)


def test_the_command_asks_the_same_items_as_often_of_the_same_model(results: Path) -> None:
    record = _record(results)
    args: dict[str, str | int | float | bool | None] = {"model": "m", "timeout": 9, "reasoning_effort": "low"}
    model = record.model.model_copy(update={"id": "openai/m", "backend": "openai", "args": args})
    limited = record.model_copy(update={"limit": 60.0, "repeats": 3, "model": model})
    read = _read_back(limited)
    assert (read.model, read.model_args, read.reasoning_effort) == ("openai/m", "timeout=9", "low")
    assert (read.limit, read.repeats) == (60, 3)
    server = model.model_copy(update={"id": "m", "backend": "local-chat-completions", "args": {"model": "m"}})
    read = _read_back(record.model_copy(update={"model": server}))
    assert (read.model, read.model_args, read.limit) == ("local-chat-completions", "model=m", None)


def test_the_command_states_all_else_that_decides_a_number(results: Path) -> None:
    record = _record(results)
    embedder = EmbedderRecord(id="org/embedder", revision="0" * 40, weights_sha256="0" * 64)
    features = record.tasks["norms_term"].features.model_copy(update={"id": "org/features", "revision": "1" * 40})
    task = record.tasks["norms_term"].model_copy(update={"embedder": embedder, "num_fewshot": 3, "features": features})
    seeds = record.seeds.model_copy(update={"python": 4, "numpy": 5, "torch": 6, "fewshot": 7})
    asked = {"allow_missing": True, "limit": 1234567.0, "seeds": seeds, "tasks": {"norms_term": task}}
    found = config(_read_back(record.model_copy(update=asked)))
    assert (found.allow_missing, found.limit, found.seeds) == (True, 1234567, (4, 5, 6, 7))
    assert (found.num_fewshot, found.embedder) == (3, f"org/embedder@{'0' * 40}")
    assert found.features == f"org/features@{'1' * 40}"
    assert config(_read_back(record.model_copy(update={"limit": 0.12345678}))).limit == 0.12345678
    plain = _read_back(record)
    assert (plain.embedder, plain.allow_missing, plain.limit) == (None, False, None)


@pytest.mark.parametrize("args", [{"pretrained": "org/m", "dtype": "float32"}, {"pretrained": "org/m", "x": "a,b=c"}])
def test_a_model_of_the_hub_is_asked_at_the_commit_that_was_loaded(results: Path, args: dict[str, str]) -> None:
    record = _record(results)
    model = record.model.model_copy(update={"id": "org/m", "backend": "hf-tree", "revision": "a" * 40, "args": args})
    read = _read_back(record.model_copy(update={"model": model}))
    assert read.model == "hf-tree"
    assert arguments(read.model_args, "--model_args") == args | {"revision": "a" * 40}
