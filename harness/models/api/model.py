"""The lm-eval model behind a chat API."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from lm_eval.api.model import LM

from harness.models.api import clients, prices, providers
from harness.models.api.chat import AnthropicMessages, ChatDialect, OpenAIChat
from harness.models.api.dialect import MAX_TOKENS, ChatRequest, generation
from harness.models.api.limits import CONCURRENCY, TRIES, ApiSettings, Budget, Limiter
from harness.models.api.providers import Endpoint
from harness.models.api.sender import Sender, run
from harness.record import Answer
from va_extractor.common.errors import InputError

N = TypeVar("N", int, float)
_TIMEOUT_S = 600.0
_ARGUMENTS = ("model", "base_url", "key_variable", "num_concurrent", "max_retries", "max_gen_toks", "seed", "timeout")


class ApiLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Generates only: chat APIs give no log-likelihoods of given texts.

    Attributes:
        cache_hook: lm-eval's; gets each answer when it arrives.

    Args:
        sender: sends the requests.
        dialect: the API.
        seed: of sampling, sent with each request.
        max_tokens: if a task names no length.
        effort: of reasoning.
    """

    def __init__(self, sender: Sender, dialect: ChatDialect, seed: int, max_tokens: int, effort: str | None) -> None:
        super().__init__()
        self._sender, self._dialect = sender, dialect
        self._seed = seed
        self._max_tokens, self._effort = max_tokens, effort

    @property
    def stopped(self) -> str | None:
        """Why nothing more is sent; None while requests may be sent."""
        return self._sender.stopped

    @property
    def changes(self) -> tuple[str, ...]:
        """Parameters changed because the provider rejected them."""
        return self._sender.changes

    @property
    def tokenizer_name(self) -> str:
        """Return no name: prompts are sent as messages."""
        return ""

    def has_answered(self) -> None:
        """Note that the cache has answers of this model."""
        self._sender.answered = True

    def get_model_info(self) -> dict[str, Any]:
        """Return the model version that the provider reports."""
        return {"model_sha": self._sender.reported}

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """Return the messages as JSON."""
        return json.dumps(chat_history, ensure_ascii=False)

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[Answer]:
        """Answer each request.

        Returns:
            One answer for each; `missing` says why there is none.

        Raises:
            InputError: the server has never answered, and will not.
        """
        answers: list[Answer | None] = [None] * len(requests)
        parsed: dict[str, Any] = {}  # tasks give the same arguments with every request

        def keep(request: ChatRequest, answer: Answer) -> None:
            self.cache_hook.add_partial("generate_until", request.args, answer)
            answers[request.index] = answer

        def miss(request: ChatRequest, reason: str) -> None:
            answers[request.index] = Answer(missing=reason)

        made = []
        for index, request in enumerate(requests):
            given: Mapping[str, Any] = request.args[1]
            key = repr(given)
            if key not in parsed:
                parsed[key] = generation(given, self._seed, self._max_tokens, self._effort)
            made.append(ChatRequest(index, request.args, parsed[key]))
        run(self._sender.send(made, self._dialect, keep, miss))
        return [answer for answer in answers if answer is not None]

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Refuse."""
        raise InputError("a chat API gives no log-likelihoods", code="unsupported", hint="run the generation task")

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse."""
        raise InputError("a chat API gives no log-likelihoods", code="unsupported")


def check(given: str, backend: str, args: Mapping[str, Any], settings: ApiSettings) -> Endpoint:
    """Check all about an API model that can be checked without a request.

    Args:
        given: `--model` as typed.
        backend: a provider, or lm-eval's name of a chat back end.
        args: `--model_args`.
        settings: the flags.

    Raises:
        InputError: an argument is unknown, or a key, the model or the price for a cost limit is missing.
    """
    providers.refuse_secrets(providers.usual_variables(backend), args)
    for name in args:
        if name not in _ARGUMENTS:
            raise InputError(
                "unknown argument", code="unknown", field=f"--model_args {name}", hint=f"give {', '.join(_ARGUMENTS)}"
            )
    if not args.get("model"):
        raise InputError("no model named", code="missing", field="--model", found=given, hint="--model_args model=NAME")
    endpoint = providers.find(backend, str(args["model"]), args.get("base_url"), args.get("key_variable"))
    if settings.max_cost is not None:
        prices.need(endpoint.name, settings.prices)
    return endpoint


def open_model(given: str, backend: str, args: Mapping[str, Any], settings: ApiSettings) -> ApiLM:
    """Make the model; nothing is sent yet.

    Raises:
        InputError: as `check`, or an argument is not a number or too small.
    """
    endpoint = check(given, backend, args, settings)
    timeout = _number(args, "timeout", _TIMEOUT_S, float, 0.001)
    concurrency = settings.concurrency or _number(args, "num_concurrent", CONCURRENCY, int, 1)
    tries, seed = _number(args, "max_retries", TRIES, int, 0), _number(args, "seed", 1234, int, 0)
    max_tokens = _number(args, "max_gen_toks", MAX_TOKENS, int, 1)
    speaks = endpoint.provider.speaks
    dialect = AnthropicMessages(endpoint) if speaks == "anthropic" else OpenAIChat(endpoint)
    if speaks == "litellm":
        clients.load_litellm()  # a missing package is an error before anything is sent
        opened = partial(clients.open_litellm, endpoint.url, timeout)
    else:
        opened = partial(clients.open_http, endpoint.url, dialect.headers(), timeout)
    limiter = Limiter(concurrency, settings.requests_per_minute, settings.tokens_per_minute)
    budget = Budget(settings, prices.load(settings.prices).get(endpoint.name))
    sender = Sender(endpoint.url or endpoint.name, opened, limiter, budget, tries=max(1, tries))
    return ApiLM(sender, dialect, seed, max_tokens, settings.reasoning_effort)


def _number(args: Mapping[str, Any], name: str, default: N, kind: Callable[[Any], N], least: float) -> N:
    given = args.get(name, default)
    try:
        value = kind(given)
    except (TypeError, ValueError, OverflowError):
        value = None
    if value is None or not least <= value < math.inf:
        what = f"not a {'whole ' if kind is int else ''}number from {least:g} up"
        raise InputError(what, code="range", field=f"--model_args {name}", found=given)
    return value
