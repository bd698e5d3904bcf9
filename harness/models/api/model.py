"""The lm-eval model that is asked through an API."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from lm_eval.api.model import LM

from harness.models.api import http_client, litellm_client, prices, providers
from harness.models.api.budget import Budget
from harness.models.api.client import Client
from harness.models.api.dialect import dialect_of
from harness.models.api.limiter import Limiter
from harness.models.api.loop import new_loop
from harness.models.api.providers import Endpoint
from harness.models.api.question import MAX_TOKENS, Question, generation
from harness.models.api.retry import TRIES
from harness.models.api.settings import CONCURRENCY, ApiSettings
from harness.record import Answer
from va_extractor.common.errors import InputError

N = TypeVar("N", int, float)
_TIMEOUT_S = 600.0
_ARGUMENTS = ("model", "base_url", "key_variable", "num_concurrent", "max_retries", "max_gen_toks", "seed", "timeout")


class ApiLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Generates only: chat APIs give no log-likelihoods of given texts.

    Attributes:
        cache_hook: lm-eval's; told of each answer the moment it arrives.

    Args:
        client: asks.
        seed: of sampling, sent with each request.
        max_tokens: where a task names no length.
        effort: of reasoning.
    """

    def __init__(self, client: Client, seed: int, max_tokens: int, effort: str | None) -> None:
        super().__init__()
        self._client = client
        self._seed = seed
        self._max_tokens, self._effort = max_tokens, effort

    @property
    def stopped(self) -> str | None:
        """Why asking ended before all was asked; None where it did not."""
        return self._client.stopped

    @property
    def changes(self) -> tuple[str, ...]:
        """What the provider did not accept, and what was done about it."""
        return self._client.changes

    @property
    def tokenizer_name(self) -> str:
        """Return nothing: prompts are sent as messages."""
        return ""

    def has_answered(self) -> None:
        """Note that answers of this model are known from before."""
        self._client.has_answered()

    def get_model_info(self) -> dict[str, Any]:
        """Return the snapshot that the provider says it asked."""
        return {"model_sha": self._client.reported}

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """Return the messages themselves, as JSON."""
        return json.dumps(chat_history, ensure_ascii=False)

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[Answer]:
        """Ask each request.

        Returns:
            One answer each; `missing` says why there is none.

        Raises:
            InputError: nothing was ever answered, and nothing will be.
        """
        answers: list[Answer | None] = [None] * len(requests)
        read: dict[str, Any] = {}  # tasks hand the same arguments over with every request

        def keep(question: Question, answer: Answer) -> None:
            if answer.missing is None:
                self.cache_hook.add_partial("generate_until", question.args, answer)
            answers[question.index] = answer

        questions = []
        for index, request in enumerate(requests):
            given: Mapping[str, Any] = request.args[1]
            key = repr(given)
            if key not in read:
                read[key] = generation(given, self._seed, self._max_tokens, self._effort)
            questions.append(Question(index, request.args, read[key]))
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._client.ask(questions, keep))
        return [answer for answer in answers if answer is not None]

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Refuse."""
        raise InputError("a chat API gives no log-likelihoods; run the generation form of the task")

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse."""
        raise InputError("a chat API gives no log-likelihoods")


def check(given: str, backend: str, args: Mapping[str, Any], settings: ApiSettings) -> Endpoint:
    """Check everything about an API model that can be checked without asking it.

    Args:
        given: `--model` as typed.
        backend: a provider, or lm-eval's name of a chat back end.
        args: `--model_args`.
        settings: what the flags say.

    Raises:
        InputError: an argument is unknown or a key, the model or the key is missing, or a cost limit has no price.
    """
    providers.refuse_secrets(providers.usual_variables(backend), args)
    for name in args:
        if name not in _ARGUMENTS:
            raise InputError(f"--model_args {name}: --model {given} takes {', '.join(_ARGUMENTS)}")
    if not args.get("model"):
        raise InputError(f"--model {given}: add --model_args model=NAME")
    endpoint = providers.find(backend, str(args["model"]), args.get("base_url"), args.get("key_variable"))
    if settings.max_cost is not None:
        prices.load(settings.prices).need(endpoint.name, f"--max-cost {settings.max_cost:g}")
    return endpoint


def open_model(given: str, backend: str, args: Mapping[str, Any], settings: ApiSettings) -> ApiLM:
    """Make the model; nothing is asked yet.

    Raises:
        InputError: as `check`, or an argument is no number, or too small a one.
    """
    endpoint = check(given, backend, args, settings)
    timeout = _number(args, "timeout", _TIMEOUT_S, float, 0.001)
    concurrency = settings.concurrency or _number(args, "num_concurrent", CONCURRENCY, int, 1)
    tries, seed = _number(args, "max_retries", TRIES, int, 0), _number(args, "seed", 1234, int, 0)
    max_tokens = _number(args, "max_gen_toks", MAX_TOKENS, int, 1)
    if endpoint.provider.speaks == "litellm":
        litellm_client.load()  # a missing package is told before anything is asked
        opened = partial(litellm_client.open_client, endpoint.url, timeout)
    else:
        opened = partial(http_client.open_client, endpoint.url, dialect_of(endpoint).headers(endpoint), timeout)
    limiter = Limiter(concurrency, settings.requests_per_minute, settings.tokens_per_minute)
    budget = Budget(settings, prices.load(settings.prices).of(endpoint.name))
    client = Client(given, endpoint, opened, limiter, budget, tries=max(1, tries))
    return ApiLM(client, seed, max_tokens, settings.reasoning_effort)


def _number(args: Mapping[str, Any], name: str, default: N, kind: Callable[[Any], N], least: float) -> N:
    given = args.get(name, default)
    try:
        value = kind(given)
    except (TypeError, ValueError, OverflowError):
        value = None
    if value is None or not least <= value < math.inf:
        raise InputError(f"--model_args {name}={given}: a {'whole ' if kind is int else ''}number from {least:g} on")
    return value
