"""Count the requests of a run, their cost and time, without sending them or loading weights.

The tasks go to a dry-run model behind the run's own answer cache, so that the count is exact.
"""

from __future__ import annotations

import json
import math
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from harness.models import back_ends
from harness.models import choice as models
from harness.models import lm_eval as _compat
from harness.models.api import prices
from harness.models.cache.key import model_key
from harness.models.cache.model import CachedLM, Counts
from harness.models.cache.store import AnswerCache
from harness.models.content_free import content_free
from harness.models.dry_run import Counter, DryRunLM, find_counter
from harness.runs.config import RunConfig, ask_settings, cache_file, tasks_of
from harness.runs.preflight import check_fit

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice

MAX_TOKENS = 256  # lm-eval's default


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskPlan(_Model):
    """The requests of one task.

    Attributes:
        task: its name.
        requests: answers that it needs.
        equal: requests not sent because an equal one is.
        known: distinct requests not sent because their answers are in the cache.
        to_ask: requests sent.
        prompt_tokens: of the requests sent.
        answer_tokens: of answers as long as the right ones, or as the user gave.
        most_answer_tokens: of answers as long as the task allows.
    """

    task: str
    requests: int
    equal: int
    known: int
    to_ask: int
    prompt_tokens: int
    answer_tokens: int
    most_answer_tokens: int


class Money(_Model):
    """US dollars at list prices, for the requests sent.

    Attributes:
        expected: with answers of the expected length.
        most: with answers as long as the tasks allow.
        input: per million tokens of prompt.
        output: per million tokens of answer and reasoning.
        source: the provider's page.
        as_of: its date.
    """

    expected: float
    most: float
    input: float
    output: float
    source: str
    as_of: str


class Plan(_Model):
    """The requests of a run.

    Attributes:
        model: its name in the price file.
        tasks: one by one.
        counted: how tokens are counted.
        assumed: how long answers are taken to be.
        money: None if no price is known.
        price_file: the file of prices.
        concurrency: requests at once; None for a model on this machine.
        latency: seconds a request is taken to last; None for a model on this machine.
        seconds: for all of them, in whole rounds of `concurrency`; None for a model on this machine.
    """

    model: str
    tasks: tuple[TaskPlan, ...]
    counted: str
    assumed: str
    money: Money | None
    price_file: str
    concurrency: int | None
    latency: float | None
    seconds: float | None

    def total(self, field: str) -> int:
        """Return the sum of a field over all tasks."""
        return sum(getattr(task, field) for task in self.tasks)


@dataclass(frozen=True)
class Counted:
    """The requests of a run without money and time: the model, how tokens are counted, the tasks."""

    choice: ModelChoice
    rule: str
    tasks: tuple[TaskPlan, ...]


def count(config: RunConfig, answer_tokens: int | None = None) -> Counted:
    """Count the requests of a run.

    Args:
        config: the run.
        answer_tokens: of each answer, reasoning included; None for the length of the right one.

    Raises:
        InputError: an argument is wrong, or the cache cannot be read.
    """
    tasks = tasks_of(config)
    choice = models.choose(config.model, config.model_args)
    check_fit(choice, tasks, config)
    if not choice.api:
        config.api.refuse_for(choice.given)
    counter = find_counter(choice)
    file = cache_file(config.cache, config.output_path)
    with closing(AnswerCache(file if file and file.is_file() else None)) as cache:
        settings, planned = ask_settings(config, choice), []
        for task in tasks:
            dry = DryRunLM(counter.render)
            asker = dry if choice.backend == "baseline" else _cached(dry, cache, choice, config)
            _compat.ask_again(asker, task.name, task.engine, settings, config.repeats)
            if task.calibrated:
                content_free(asker, task, settings)
            planned.append(_task_plan(task.name, dry, back_ends.counts(asker), counter, answer_tokens))
    return Counted(choice, counter.rule, tuple(planned))


def plan(config: RunConfig, concurrency: int, latency: float, answer_tokens: int | None = None) -> Plan:
    """Plan a run.

    Args:
        config: the run.
        concurrency: requests at once.
        latency: seconds that a request is taken to last.
        answer_tokens: as in `count`.

    Raises:
        InputError: as in `count`.
    """
    counted = count(config, answer_tokens)
    choice = counted.choice
    name = models.price_name(choice)
    price = prices.load(config.api.prices).get(name)
    found = Plan(
        model=name,
        tasks=counted.tasks,
        counted=counted.rule,
        assumed=_assumed(answer_tokens),
        money=None,
        price_file=str(config.api.prices or prices.SHIPPED),
        concurrency=concurrency if choice.api else None,
        latency=latency if choice.api else None,
        seconds=None,
    )
    seconds = math.ceil(found.total("to_ask") / concurrency) * latency if choice.api else None
    return found.model_copy(update={"money": _money(found, price), "seconds": seconds})


def _cached(dry: DryRunLM, cache: AnswerCache, choice: ModelChoice, config: RunConfig) -> CachedLM:
    commit = None if choice.api else back_ends.hub_commit(choice.args)
    key = model_key(choice.id, commit, choice.backend, choice.all_args(config.api))
    return CachedLM(dry, cache, key, config.seeds[:3])


def _task_plan(name: str, dry: DryRunLM, counts: Counts, counter: Counter, answer_tokens: int | None) -> TaskPlan:
    generated = [request for request in dry.requests if request.request_type == "generate_until"]
    right = [str(request.doc["target"]) for request in generated]
    return TaskPlan(
        task=name,
        requests=len(dry.requests) + counts.equal + counts.known,
        equal=counts.equal,
        known=counts.known,
        to_ask=len(dry.requests),
        prompt_tokens=counter.count([_text(request.args[0]) for request in dry.requests]),
        answer_tokens=counter.count(right) if answer_tokens is None else answer_tokens * len(generated),
        most_answer_tokens=sum(int(request.args[1].get("max_gen_toks", MAX_TOKENS)) for request in generated),
    )


def _assumed(answer_tokens: int | None) -> str:
    if answer_tokens is None:
        return "an answer is as long as the right one; give --answer-tokens for a model that reasons or explains"
    return f"{answer_tokens} tokens an answer, as given"


def _money(found: Plan, price: prices.Price | None) -> Money | None:
    if price is None:
        return None
    prompts = found.total("prompt_tokens")
    return Money(
        expected=price.cost(prompts, found.total("answer_tokens")),
        most=price.cost(prompts, found.total("most_answer_tokens")),
        input=price.input,
        output=price.output,
        source=price.source,
        as_of=price.as_of.isoformat(),
    )


def _text(prompt: str) -> str:
    """Return the text of a prompt: of messages as JSON, their contents."""
    if not prompt.startswith('[{"role"'):
        return prompt
    return "\n".join(message["content"] for message in json.loads(prompt))
