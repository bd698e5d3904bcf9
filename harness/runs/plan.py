"""What a run would ask, and what that costs and takes, without asking the model anything or loading its weights.

The tasks are sent to a model that answers nothing, behind the stores that the run itself would read, so that what is
counted is what would be asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from harness.models import choice as models
from harness.models import lm_eval as _compat
from harness.models import tokenizer
from harness.models.api import prices
from harness.models.cache import resume
from harness.models.cache.key import model_key
from harness.models.cache.model import KeepingLM
from harness.models.cache.store import FILE, AnswerStore, Kept
from harness.models.content_free import content_free
from harness.models.dry_run import SilentLM
from harness.runs.config import RunConfig, ask_settings, model_args
from harness.runs.preflight import check_fit
from harness.tasks.load import Task, load_tasks

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice
    from harness.models.tokenizer import Counter

MAX_TOKENS = 256  # lm-eval's default


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskPlan(_Model):
    """What one task would ask.

    Attributes:
        task: its name.
        requests: answers that it needs.
        equal: of these not sent, since an equal request is.
        known: distinct requests not sent, since their answers are kept.
        to_ask: requests sent.
        prompt_tokens: of those sent.
        answer_tokens: of answers as long as the right ones, or as the user said.
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
    """US dollars at list prices, for what would be sent.

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
    """What a run would ask.

    Attributes:
        model: its name, as the price file has it.
        tasks: one by one.
        counted: how tokens are counted.
        assumed: how long answers are taken to be.
        money: None where no price is known.
        price_file: where prices are looked up.
        concurrency: requests at once; None for a model on this machine.
        latency: seconds a request is taken to last; None likewise.
        seconds: for all of them, in whole rounds of `concurrency`; None likewise.
        goes_on: the unfinished run that would be gone on with.
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
    goes_on: str | None

    def total(self, field: str) -> int:
        """Return the sum of a field over all tasks."""
        return sum(getattr(task, field) for task in self.tasks)


@dataclass(frozen=True)
class Counted:
    """What a run would ask, before money and time: the model, the rule for tokens, the tasks, the run gone on with."""

    choice: ModelChoice
    rule: str
    tasks: tuple[TaskPlan, ...]
    place: resume.Place | None


def count(config: RunConfig, answer_tokens: int | None = None) -> Counted:
    """Count what a run would ask.

    Args:
        config: the run.
        answer_tokens: of each answer, reasoning included; None for the length of the right one.

    Raises:
        InputError: something given is wrong, or the store of the run that would be gone on with is in use.
    """
    _compat.quiet()
    tasks = load_tasks(
        config.tasks, config.include_paths, config.features, trust_code=config.trust_code, axes=config.axes
    )
    choice = models.choose(config.model, config.model_args)
    check_fit(choice, tasks, config)
    if not choice.api:
        config.api.refuse_for(choice.given)
    settings = ask_settings(config, choice)
    counter = tokenizer.counter(choice)
    with ExitStack() as stack:
        command = resume.describe(config, choice, tasks, settings, datetime.now(UTC))
        place = resume.find(config, choice.id, command)
        files = [place.folder / FILE] if place else []
        files += [config.cache / FILE] if config.cache else []
        known = _Known([stack.enter_context(closing(AnswerStore(path))) for path in files if path.is_file()])
        planner = _Planner(config, choice, settings, counter, known, answer_tokens)
        return Counted(choice, counter.rule, tuple(planner.plan(task) for task in tasks), place)


def plan(config: RunConfig, concurrency: int, latency: float, answer_tokens: int | None = None) -> Plan:
    """Plan a run.

    Args:
        config: the run.
        concurrency: requests at once.
        latency: seconds that a request is taken to last.
        answer_tokens: as `count`.

    Raises:
        InputError: as `count`.
    """
    counted = count(config, answer_tokens)
    choice, place = counted.choice, counted.place
    name = models.price_name(choice)
    table = prices.load(config.api.prices)
    found = Plan(
        model=name,
        tasks=counted.tasks,
        counted=counted.rule,
        assumed=_assumed(answer_tokens),
        money=None,
        price_file=str(table.file),
        concurrency=concurrency if choice.api else None,
        latency=latency if choice.api else None,
        seconds=None,
        goes_on=str(place.folder) if place else None,
    )
    seconds = math.ceil(found.total("to_ask") / concurrency) * latency if choice.api else None
    return found.model_copy(update={"money": _money(found, table.of(name)), "seconds": seconds})


@dataclass(frozen=True)
class _Planner:
    """Plans one task after the other."""

    config: RunConfig
    choice: ModelChoice
    settings: _compat.AskSettings
    counter: Counter
    known: _Known
    answer_tokens: int | None

    def plan(self, task: Task) -> TaskPlan:
        silent = SilentLM(self.counter.render)
        asker = silent if self.choice.backend == "baseline" else self._keeping(silent)
        _compat.ask_again(asker, task.name, task.engine, self.settings, self.config.repeats)
        if task.calibrated:
            content_free(asker, task, self.settings)
        saved = _compat.saved(asker)
        generated = [request for request in silent.requests if request.request_type == "generate_until"]
        right = [str(request.doc["target"]) for request in generated]
        given = self.answer_tokens
        return TaskPlan(
            task=task.name,
            requests=len(silent.requests) + saved.equal + saved.known,
            equal=saved.equal,
            known=saved.known,
            to_ask=len(silent.requests),
            prompt_tokens=self.counter.count([_text(request.args[0]) for request in silent.requests]),
            answer_tokens=self.counter.count(right) if given is None else given * len(generated),
            most_answer_tokens=sum(int(request.args[1].get("max_gen_toks", MAX_TOKENS)) for request in generated),
        )

    def _keeping(self, silent: SilentLM) -> KeepingLM:
        commit = None if self.choice.api else _compat.hub_commit(self.choice.args)
        args = model_args(self.config.api, self.choice)
        key = model_key(self.choice.id, commit, self.choice.backend, args)
        return KeepingLM(silent, [self.known], key, self.config.seeds[:3])


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
    """Return what is read of a prompt: of messages as JSON their contents."""
    if not prompt.startswith('[{"role"'):
        return prompt
    return "\n".join(message["content"] for message in json.loads(prompt))


class _Known:
    """Several stores, read only."""

    def __init__(self, stores: Sequence[AnswerStore]) -> None:
        self._stores = stores

    def read(self, keys: Iterable[bytes]) -> dict[bytes, Kept]:
        """Return what any of them knows."""
        wanted = list(keys)
        return {key: kept for store in self._stores for key, kept in store.read(wanted).items()}

    def put(self, key: bytes, kept: Kept) -> None:
        """Keep nothing."""

    def put_all(self, rows: Mapping[bytes, Kept]) -> None:
        """Keep nothing."""
