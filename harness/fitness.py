"""Refusing what cannot work before a model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness import _compat
from harness.axes.model import ALONE
from harness.baselines.names import check_answers
from va_extractor.errors import InputError

if TYPE_CHECKING:
    from harness.config import RunConfig
    from harness.models import ModelChoice
    from harness.tasks.loading import Task


def check_fit(choice: ModelChoice, tasks: Sequence[Task], config: RunConfig) -> None:
    """Refuse a model that cannot answer a task, and settings that do not fit them.

    Raises:
        InputError: the line names the flag and the task.
    """
    for task in tasks:
        if choice.backend == "baseline":
            check_answers(choice.args["name"], task.kind, task.name, task.question.derive)
        if choice.chat_only and task.by_likelihood:
            raise InputError(
                f"--model {choice.given}: a chat back end gives no log-likelihoods, which task {task.name} needs; "
                f"run its generation form {task.name.removesuffix('_mc')}"
            )
        if config.repeats > 1:
            _check_sampling(choice, task, config)
        if (config.num_fewshot or 0) > 0 and not task.engine.has_training_docs():
            raise InputError(f"--num_fewshot {config.num_fewshot}: task {task.name} has no train split to show")
        if (config.num_fewshot or 0) > 0 and task.question.axes.changed.keys() & ALONE:
            raise InputError(
                f"--num_fewshot {config.num_fewshot}: task {task.name} varies {', '.join(ALONE)}, which lm-eval's "
                "examples would not follow; set metadata.axes.fewshot and shots"
            )


def _check_sampling(choice: ModelChoice, task: Task, config: RunConfig) -> None:
    """Refuse to repeat what comes out alike every time."""
    flag = f"--repeats {config.repeats}: "
    if choice.backend == "baseline":
        raise InputError(f"{flag}{choice.id} answers alike every time; repeat a model that samples")
    if task.by_likelihood:
        raise InputError(f"{flag}task {task.name} asks for log-likelihoods, which come out alike every time")
    arguments = _compat.generation_arguments(task.engine, config.gen_kwargs)
    sample, temperature = arguments.get("do_sample"), arguments.get("temperature")
    if sample is not True or not isinstance(temperature, int | float) or temperature <= 0:
        raise InputError(
            f"{flag}task {task.name} is answered greedily (do_sample={sample}, temperature={temperature}); "
            "add --gen_kwargs do_sample=true,temperature=0.7"
        )
    if "seed" in arguments:
        raise InputError(f"{flag}--gen_kwargs seed would give every repeat the same seed; leave it out")
