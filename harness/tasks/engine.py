"""A task as lm-eval has it: built from resolved values, and what it is made of."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lm_eval import utils
from lm_eval.api.task import ConfigurableTask

from harness.tasks.prompts import sandbox

_TALKATIVE = ("lm_eval.api.task", "lm_eval.evaluator", "lm_eval.tasks", "lm_eval.api.registry", "lm_eval.config.task")


def quiet() -> None:
    """Silence what lm-eval says about tasks and defaults; what models say stays."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def build_task(config: dict[str, Any], path: Path, features: str) -> ConfigurableTask:
    """Build a task from its resolved values, with its documents; lm-eval reads no file and imports nothing for it."""
    utils.apply_template = sandbox.render
    metadata = {**config.get("metadata", {}), "features": features, "config_source": str(path)}
    return ConfigurableTask(config={**config, "metadata": metadata})


def generation_arguments(task: ConfigurableTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's generation arguments with `given` over them; empty for log-likelihood tasks."""
    return {**(task.config.generation_kwargs or {}), **given} if task.OUTPUT_TYPE == "generate_until" else {}


def template_text(task: ConfigurableTask) -> str:
    """Return everything of a task that decides its prompts and answers, as one canonical JSON text."""
    config = task.config
    parts = {
        "doc_to_text": config.doc_to_text,
        "description": config.description,
        "doc_to_choice": config.doc_to_choice,
        "doc_to_target": config.doc_to_target,
        "target_delimiter": config.target_delimiter,
        "fewshot_delimiter": config.fewshot_delimiter,
        "gen_prefix": config.gen_prefix,
        "output_type": config.output_type,
        "generation_kwargs": config.generation_kwargs,
        "filter_list": config.filter_list,
    }
    return json.dumps(parts, sort_keys=True, default=str)
