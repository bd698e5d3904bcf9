"""Refuse what cannot work, before a model is loaded."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.metrics.registry import labels_lost
from harness.models import lm_eval as _compat
from harness.scoring.baselines.names import check_answers
from harness.scoring.scale import scale
from harness.tasks.features import load
from harness.tasks.load import generation_arguments
from harness.tasks.prompts.axes import ALONE
from va_extractor.common.credentials import names_one
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice
    from harness.runs.config import RunConfig
    from harness.tasks.load import Task

_CALIBRATE = "--calibrate quantile maps values to the norms' scale"
_OTHER_LENGTHS = ("max_tokens", "max_new_tokens", "max_completion_tokens")


def check_fit(choice: ModelChoice, tasks: Sequence[Task], config: RunConfig) -> None:
    """Refuse a model that cannot answer a task, and settings that do not fit them.

    Raises:
        InputError: one does not fit.
    """
    if choice.backend == "baseline" and config.apply_chat_template:
        what = f"{choice.given} has no chat template"
        raise InputError(what, code="conflict", field="--apply_chat_template", hint="remove the flag")
    if config.embedder is not None and not any(task.kind.measured for task in tasks):
        names = ", ".join(task.name for task in tasks)
        what = f"no descriptions to embed in {names}"
        raise InputError(what, code="conflict", field="--embedder", found=config.embedder, hint="remove the flag")
    for task in tasks:
        if choice.backend == "baseline":
            check_answers(choice.args["name"], task.kind, task.name, task.question.derive)
        if choice.chat_only and task.by_likelihood:
            raise InputError(
                f"a chat back end gives no log-likelihoods, which task {task.name} needs",
                code="unsupported",
                field="--model",
                found=choice.given,
                hint=f"run --tasks {task.name.removesuffix('_mc')}",
            )
        if config.repeats > 1:
            _check_sampling(choice, task, config)
        if not task.by_likelihood:
            stated = generation_arguments(task.engine, {})
            check_generation(config.gen_kwargs, stated, f"task {task.name}")
        if config.num_fewshot:
            _check_examples(task, config.num_fewshot)


def warn_of_limit(tasks: Sequence[Task], settings: _compat.AskSettings) -> None:
    """Warn on stderr of each task that loses labels by `--limit`."""
    for line in filter(None, (_narrowness(task, settings) for task in tasks)):
        sys.stderr.write(f"warning: {line}\n")


def warn_of_scale(tasks: Sequence[Task]) -> None:
    """Warn on stderr, once for each source, where its labels are not where word norms put them."""
    warned = set()
    for question in (task.question for task in tasks if task.question.source not in warned):
        found = scale(question)
        if found is not None and found.warning:
            warned.add(question.source)
            fix = "" if load(question.features, question.source).calibrated_on else f"; {_CALIBRATE}"
            sys.stderr.write(f"warning: {question.source}: {found.warning}{fix}\n")


def _narrowness(task: Task, settings: _compat.AskSettings) -> str | None:
    """Return the warning of a task; None if no label is lost."""
    if settings.limit is None:
        return None
    asked = _compat.asked_docs(task.engine, settings.limit)
    lost = task.lost_labels(doc["item"] for doc in asked)
    if not lost:
        return None
    return f"{task.name}: {labels_lost(len(lost), len(task.question.labels))}; means over labels will have no value"


def _check_examples(task: Task, number: int) -> None:
    """Refuse examples that a task cannot show."""
    flag = "--num_fewshot"
    if number < 0:
        raise InputError("below 0", code="range", field=flag, found=number)
    there = len(task.engine.training_docs()) if task.engine.has_training_docs() else 0
    if not there:
        raise InputError(f"task {task.name} has no train split", code="unsupported", field=flag, hint="remove the flag")
    if varied := [name for name in ALONE if name in task.question.axes.changed]:
        what = f"task {task.name} varies {', '.join(varied)}, which lm-eval's examples do not follow"
        hint = "set metadata.axes.fewshot and shots"
        raise InputError(what, code="conflict", field=flag, hint=hint)
    if number > there:
        what = f"the train split of task {task.name} has {there} items"
        raise InputError(what, code="range", field=flag, found=number)


def check_generation(given: Mapping[str, Any], stated: Mapping[str, Any], who: str) -> None:
    """Refuse generation arguments that would be ignored, or that no back end can take.

    Args:
        given: `--gen_kwargs`.
        stated: the arguments that they replace.
        who: has the `stated` arguments, for the error.

    Raises:
        InputError: one is wrong.
    """
    for name in _names(given):
        if names_one(name) or name in ("base_url", "api_base"):
            what = "keys and addresses are not generation arguments, which are recorded"
            raise InputError(what, code="unsafe", field=f"--gen_kwargs {name}")
    for name in _OTHER_LENGTHS:
        if name in given:
            what, hint = f"max_gen_toks of {who} would replace it", "write max_gen_toks=N"
            raise InputError(what, code="conflict", field=f"--gen_kwargs {name}", hint=hint)
    length = given.get("max_gen_toks", 1)
    if not isinstance(length, int) or length < 1:
        raise InputError("not a whole number from 1 up", code="range", field="--gen_kwargs max_gen_toks", found=length)
    temperature = given.get("temperature", 0.0)
    if not isinstance(temperature, int | float) or not 0 <= temperature < math.inf:
        raise InputError("not a number from 0 up", code="range", field="--gen_kwargs temperature", found=temperature)
    if temperature and {**stated, **given}.get("do_sample") is False:
        what, hint = f"{who} has do_sample=False, so it would be ignored", "add do_sample=true"
        raise InputError(what, code="conflict", field="--gen_kwargs temperature", found=temperature, hint=hint)


def _names(given: object) -> Iterator[str]:
    """Yield every key of a nested JSON value."""
    for name, value in given.items() if isinstance(given, Mapping) else ():
        yield str(name)
        yield from _names(value)
    for value in given if isinstance(given, list) else ():
        yield from _names(value)


def _check_sampling(choice: ModelChoice, task: Task, config: RunConfig) -> None:
    """Refuse to repeat requests whose answers are always equal."""
    flag, number = "--repeats", config.repeats
    if choice.backend == "baseline":
        what = f"{choice.id} always gives the same answer"
        raise InputError(what, code="unsupported", field=flag, found=number, hint="repeat a model that samples")
    if task.by_likelihood:
        what = f"task {task.name} uses log-likelihoods, which are always the same"
        raise InputError(what, code="unsupported", field=flag, found=number)
    arguments = generation_arguments(task.engine, config.gen_kwargs)
    sample, temperature = arguments.get("do_sample"), arguments.get("temperature")
    if sample is not True or not isinstance(temperature, int | float) or temperature <= 0:
        what = f"task {task.name} is answered greedily (do_sample={sample}, temperature={temperature})"
        hint = "add --gen_kwargs do_sample=true,temperature=0.7"
        raise InputError(what, code="conflict", field=flag, found=number, hint=hint)
    if "seed" in arguments:
        what = "with --repeats, every repeat would have the same seed"
        raise InputError(what, code="conflict", field="--gen_kwargs seed", hint="remove it")
