"""What every request of a task must have been: rendered again by lm-eval from the features, without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.models import lm_eval as _compat
from harness.models.dry_run import DryRunLM
from harness.record import FeaturesRecord, RunRecord
from harness.tasks.features import reference
from harness.tasks.load import load_tasks


@dataclass(frozen=True)
class Rendered:
    """A task as it is here: what decides it, where its features come from, and every request.

    Attributes:
        identity: the fields of a task record that the task decides.
        features: where valence and arousal come from.
        by_likelihood: whether answers are log-likelihoods.
        requests: every request, by item id; before a chat template, the prompt is the messages as JSON.
    """

    identity: Mapping[str, object]
    features: FeaturesRecord
    by_likelihood: bool
    requests: Mapping[str, _compat.Asked]


def render(run: RunRecord, name: str, features: str, prompts: Mapping[str, str] | None = None) -> Rendered:
    """Render a task as `run` says it was asked.

    Args:
        run: its settings: few-shot examples, seeds, system instruction, chat template, generation arguments.
        name: the task.
        features: where features come from, as `--features`.
        prompts: what a chat template made of messages, by their JSON; None to leave them as JSON.

    Raises:
        InputError: the task is unknown, or the features lack its source.
    """
    calibrate = run.tasks[name].features.calibrated_on is not None
    task = load_tasks([name], [], reference(features, calibrate=calibrate))[0]
    settings = _compat.AskSettings(
        num_fewshot=run.tasks[name].num_fewshot,
        limit=None,
        apply_chat_template=run.apply_chat_template,
        system_instruction=run.system_instruction,
        gen_kwargs=run.gen_kwargs,
        reasoning_budget=run.reasoning_budget,
        seeds=run.seeds,
    )

    def served(messages: list[dict[str, Any]], _: bool) -> str:
        text = json.dumps([{"role": one["role"], "content": one["content"]} for one in messages])
        return (prompts or {}).get(text, text)

    asked = _compat.ask(DryRunLM(served), name, task.engine, settings) or []
    return Rendered(
        identity={
            "version": task.version,
            "task_hash": task.hash,
            "kind": task.kind.name,
            "derive": task.question.derive,
            "output_type": task.engine.OUTPUT_TYPE,
            "labels": task.question.labels,
            "main_score": task.main_score,
            "num_fewshot": task.engine.config.num_fewshot,
            "excluded": task.excluded(),
            "lost_labels": (),
            "reference_kind": task.reference_kind(),
        },
        features=task.features(),
        by_likelihood=task.by_likelihood,
        requests={one.doc["item"].item_id: one for one in asked},
    )


def frame(prompt: str, messages: str) -> str | None:
    """Return what a chat template put around the messages; None if the prompt does not have them in order.

    Args:
        prompt: the text sent: a template's text, or the messages as a chat server takes them, in JSON.
        messages: the messages that were due, as JSON.
    """
    contents = [message["content"].strip() for message in json.loads(messages)]
    if prompt.startswith("["):
        return _served(prompt, contents)
    parts, rest = [], prompt
    for content in contents:
        before, found, rest = rest.partition(content)
        if not found:
            return None
        parts.append(before)
    return "\0".join([*parts, rest])


def _served(prompt: str, contents: list[str]) -> str | None:
    try:
        messages = json.loads(prompt)
        sent = [message["content"].strip() for message in messages]
        around = [{key: value for key, value in message.items() if key != "content"} for message in messages]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return json.dumps(around) if sent == contents else None
