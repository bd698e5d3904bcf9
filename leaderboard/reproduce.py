"""The command that asks one task of a record again: every flag that decides a number, and no other."""

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
"""Back ends that load a model of the Hub, whose `revision` is a commit."""


def command(record: RunRecord, name: str) -> str:
    """Return the command that asks one task again, quoted for a POSIX shell.

    Credentials are in no record; a local path is there by its last name only.
    """
    task, seeds = record.tasks[name], record.seeds
    words = ["vaemo-eval", *_model(record.model), "--tasks", name, *_given(record, task)]
    words += ["--seed", f"{seeds.python},{seeds.numpy},{seeds.torch},{seeds.fewshot}", "--level", str(record.level)]
    if record.allow_missing:
        words.append("--allow-missing")
    return shlex.join(words)


def _given(record: RunRecord, task: TaskRecord) -> list[str]:
    """Return the flags, with their values, that change what is asked or measured by."""
    flags = {
        "--features": _pinned(task.features.id, task.features.revision) if task.features.id != "shipped" else None,
        "--num_fewshot": str(task.num_fewshot) if task.num_fewshot else None,
        "--system_instruction": record.system_instruction,
        "--gen_kwargs": _arguments(record.gen_kwargs) if record.gen_kwargs else None,
        "--limit": _limit(record.limit) if record.limit is not None else None,
        "--repeats": str(record.repeats) if record.repeats > 1 else None,
        "--embedder": _pinned(task.embedder.id, task.embedder.revision) if task.embedder else None,
    }
    words = [word for flag, value in flags.items() if value is not None for word in _flag(flag, value)]
    return [*words, "--apply_chat_template"] if record.apply_chat_template else words


def _model(model: ModelRecord) -> list[str]:
    """Return the words that name a model: a baseline, `provider/model` of an API, or a back end and its arguments."""
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
    """Return arguments as the command line takes them: K=V,K=V, or JSON where that would be read as another value."""
    plain = all(map(_is_plain, given.values()))
    return ",".join(f"{key}={value}" for key, value in given.items()) if plain else json.dumps(given)


def _is_plain(value: JsonValue) -> bool:
    """Tell whether lm-eval reads `K=V` as this very value: it takes words for truth values and numbers where it can."""
    if isinstance(value, int | float):
        return True
    return isinstance(value, str) and bool(_WORD.fullmatch(value)) and not _is_read_otherwise(value)


def _is_read_otherwise(word: str) -> bool:
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
