"""Refusing what cannot work before a model is loaded."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.models import lm_eval as _compat
from harness.scoring.baselines.names import check_answers
from harness.tasks.prompts.axes import ALONE
from va_extractor.common.credentials import names_one
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice
    from harness.runs.config import RunConfig
    from harness.tasks.load import Task

_OTHER_LENGTHS = ("max_tokens", "max_new_tokens", "max_completion_tokens")


def check_fit(choice: ModelChoice, tasks: Sequence[Task], config: RunConfig) -> None:
    """Refuse a model that cannot answer a task, and settings that do not fit them.

    Raises:
        InputError: the line names the flag and the task.
    """
    if choice.backend == "baseline" and config.apply_chat_template:
        raise InputError(f"--apply_chat_template: --model {choice.given} has no chat template; leave the flag out")
    if config.embedder is not None and not any(task.kind.measured for task in tasks):
        names = ", ".join(task.name for task in tasks)
        raise InputError(
            f"--embedder {config.embedder}: measures descriptions, and {names} asks for none; leave it out"
        )
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
        if not task.by_likelihood:
            stated = _compat.generation_arguments(task.engine, {})
            check_generation(config.gen_kwargs, stated, f"task {task.name}")
        if config.num_fewshot:
            _check_examples(task, config.num_fewshot)


def warn_of_limit(tasks: Sequence[Task], settings: _compat.AskSettings) -> None:
    """Say on stderr, a line a task, where `--limit` leaves fewer labels than the task has: items may lie by label."""
    for line in filter(None, (_narrowness(task, settings) for task in tasks)):
        sys.stderr.write(f"warning: {line}\n")


def _narrowness(task: Task, settings: _compat.AskSettings) -> str | None:
    """Only of tasks with one set of labels; others offer each item its own."""
    if settings.limit is None or not task.question.labels:
        return None
    docs, asked = task.engine.eval_docs, _compat.asked_docs(task.engine, settings)
    there, left = ({label for doc in some for label in doc["item"].labels} for some in (docs, asked))
    if left == there:
        return None
    return (
        f"{task.name}: the first {len(asked)} of {len(docs)} items hold {len(left)} of {len(there)} labels; scores "
        "under this --limit are not those of the task"
    )


def _check_examples(task: Task, number: int) -> None:
    """Refuse examples that a task cannot show."""
    flag = f"--num_fewshot {number}: "
    if number < 0:
        raise InputError(f"{flag}a whole number from 0 on")
    there = len(task.engine.training_docs()) if task.engine.has_training_docs() else 0
    if not there:
        raise InputError(f"{flag}task {task.name} has no train split to show")
    if task.question.axes.changed.keys() & ALONE:
        raise InputError(
            f"{flag}task {task.name} varies {', '.join(ALONE)}, which lm-eval's "
            "examples would not follow; set metadata.axes.fewshot and shots"
        )
    if number > there:
        raise InputError(f"{flag}the train split of task {task.name} has {there} items; ask for fewer")


def check_generation(given: Mapping[str, Any], stated: Mapping[str, Any], who: str) -> None:
    """Refuse generation arguments that would be dropped in silence, or that no back end can take.

    Args:
        given: `--gen_kwargs`.
        stated: those that they are put over.
        who: whose `stated` is, for the error.

    Raises:
        InputError: the line names the argument.
    """
    for name in _names(given):
        if names_one(name) or name in ("base_url", "api_base"):
            raise InputError(f"--gen_kwargs {name}: keys and addresses are no generation arguments, and are recorded")
    for name in _OTHER_LENGTHS:
        if name in given:
            raise InputError(f"--gen_kwargs {name}: max_gen_toks of {who} would go before it; write max_gen_toks=N")
    length = given.get("max_gen_toks", 1)
    if not isinstance(length, int) or length < 1:
        raise InputError(f"--gen_kwargs max_gen_toks={length}: a whole number from 1 on")
    temperature = given.get("temperature", 0.0)
    if not isinstance(temperature, int | float) or not 0 <= temperature < math.inf:
        raise InputError(f"--gen_kwargs temperature={temperature}: a number from 0 on")
    if temperature and {**stated, **given}.get("do_sample") is False:
        raise InputError(
            f"--gen_kwargs temperature={temperature}: {who} is answered greedily (do_sample=False), which would go "
            "before it; add do_sample=true"
        )


def _names(given: object) -> Iterator[str]:
    """Yield every key of a nested JSON value."""
    for name, value in given.items() if isinstance(given, Mapping) else ():
        yield str(name)
        yield from _names(value)
    for value in given if isinstance(given, list) else ():
        yield from _names(value)


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
