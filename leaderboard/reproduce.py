"""Write the command that repeats one task of a record: every flag that decides a number, and no other."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

from pydantic import JsonValue

from harness.record import ModelRecord, RunRecord, TaskRecord

_WORD = re.compile(r"[\w./:@+-]+", re.ASCII)
_READ_AS_OTHER = ("true", "false", "none")
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
HUB_BACKENDS = ("hf", "hf-auto", "hf-tree", "huggingface", "vllm")
"""Back ends that load a model from the Hub; their `revision` is a commit."""


def command(record: RunRecord, name: str) -> str:
    """Return the command that repeats one task, quoted for a POSIX shell.

    Records contain no credentials, and only the last part of a local path.
    """
    task, seeds = record.tasks[name], record.seeds
    words = ["vaemo-eval", *_model(record.model), "--tasks", name, *_given(record, task)]
    words += ["--seed", f"{seeds.python},{seeds.numpy},{seeds.torch},{seeds.fewshot}"]
    if record.allow_missing:
        words.append("--allow-missing")
    return shlex.join(words)


def _given(record: RunRecord, task: TaskRecord) -> list[str]:
    """Return the flags, with values, that change the prompts or the measurement."""
    flags = {
        "--features": _pinned(task.features.id, task.features.revision) if task.features.id != "shipped" else None,
        "--calibrate": "quantile" if task.features.calibrated_on else None,
        "--num_fewshot": str(task.num_fewshot) if task.num_fewshot else None,
        "--system_instruction": record.system_instruction,
        "--gen_kwargs": _arguments(record.gen_kwargs) if record.gen_kwargs else None,
        "--reasoning-budget": str(record.reasoning_budget) if record.reasoning_budget else None,
        "--limit": _limit(record.limit) if record.limit is not None else None,
        "--repeats": str(record.repeats) if record.repeats > 1 else None,
        "--embedder": _pinned(task.embedder.id, task.embedder.revision) if task.embedder else None,
    }
    words = [word for flag, value in flags.items() if value is not None for word in _flag(flag, value)]
    return [*words, "--apply_chat_template"] if record.apply_chat_template else words


def _model(model: ModelRecord) -> list[str]:
    """Return the words for a model: a baseline, `provider/model` of an API, or a back end and its arguments."""
    if model.backend == "baseline":
        return ["--model", model.id]
    args = dict(model.args)
    effort = args.pop("reasoning_effort", None)
    words = ["--model", model.backend]
    if "model" in args and model.id == f"{model.backend}/{args['model']}":
        words = ["--model", model.id]
        del args["model"]
    if model.backend in HUB_BACKENDS and model.revision and _COMMIT.fullmatch(model.revision):
        args["revision"] = model.revision
    if args:
        words += ["--model_args", _arguments(args)]
    return words if effort is None else [*words, "--reasoning-effort", str(effort)]


def _arguments(given: Mapping[str, JsonValue]) -> str:
    """Return arguments for the command line: K=V,K=V, or JSON if that would be parsed as another value."""
    plain = all(map(_is_plain, given.values()))
    return ",".join(f"{key}={value}" for key, value in given.items()) if plain else json.dumps(given)


def _is_plain(value: JsonValue) -> bool:
    """Return whether lm-eval parses `K=V` as this value: it turns words into booleans and numbers if it can."""
    if isinstance(value, int | float):
        return True
    return isinstance(value, str) and bool(_WORD.fullmatch(value)) and not _is_parsed_otherwise(value)


def _is_parsed_otherwise(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return word.lower() in _READ_AS_OTHER
    return True


def _flag(flag: str, value: str) -> list[str]:
    return [f"{flag}={value}"] if value.startswith("-") else [flag, value]


def _limit(limit: float) -> str:
    return str(int(limit)) if limit >= 1 else repr(limit)


def _pinned(name: str, revision: str | None) -> str:
    return f"{name}@{revision}" if revision else name
