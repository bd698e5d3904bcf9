"""Requests, and how a dialect writes them and reads their answers."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from harness.models.api.faults import ApiError, one_line
from harness.models.api.limits import Tokens
from va_extractor.common.errors import InputError

Message = dict[str, Any]
Body = Mapping[str, Any]
Param = Literal["temperature", "stop", "seed", "system", "max_tokens"]
Rejected = frozenset[Param]
"""The parameters that a provider rejected."""
Q = TypeVar("Q")
A = TypeVar("A")

MAX_TOKENS = 256  # lm-eval's default
_LENGTHS = ("max_gen_toks", "max_tokens", "max_new_tokens", "max_completion_tokens")
_NAMES: dict[Param, re.Pattern[str]] = {
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "stop": re.compile(
        r"\bstop_?sequences?\b|['\"`.]stop\b|\bstop['\"`: ]+(is|are|param|extra|unsupp|not )", re.IGNORECASE
    ),
    "seed": re.compile(r"\b(random_)?seed\b", re.IGNORECASE),
    "system": re.compile(
        r"\b(system|developer)[\s_'\"`]*(role|prompt|instruction|message)"
        r"|\brole\b.{0,40}\b(system|developer)\b|['\"`](system|developer)['\"`].{0,20}\brole\b|^system\b",
        re.IGNORECASE,
    ),
    "max_tokens": re.compile(r"\bmax_tokens\b", re.IGNORECASE),
}
_REJECTS = re.compile(
    r"unsupported|support|not (permitted|allowed|enabled|available|accepted|recognized)|unknown|unrecogni[sz]ed"
    r"|unexpected|extra|forbidden|deprecated|no longer|may only|can only|must be 1\b|cannot find field"
    r"|invalid|whitespace",
    re.IGNORECASE,
)
_INSTEAD = {
    "temperature": "not sent: the provider's default is used",
    "stop": "not sent: answers are cut there on this side",
    "seed": "not sent",
    "system": "put before the first user message",
    "max_tokens": "sent as max_completion_tokens",
}


@dataclass(frozen=True)
class Generation:
    """Generation arguments, the same for every provider.

    Attributes:
        max_tokens: of reasoning and answer.
        temperature: None for the provider's default.
        stop: texts at which the answer ends.
        seed: of sampling.
        effort: of reasoning, in the provider's words.
        further: arguments that are sent as the user named them.
    """

    max_tokens: int
    temperature: float | None
    stop: tuple[str, ...]
    seed: int | None
    effort: str | None = None
    further: Mapping[str, Any] = field(default_factory=dict)


def generation(given: Mapping[str, Any], seed: int | None, max_tokens: int, effort: str | None) -> Generation:
    """Read lm-eval's generation arguments.

    Args:
        given: `until`, `max_gen_toks`, `do_sample`, `temperature`, `seed`, and further ones of the user.
        seed: if `given` has none.
        max_tokens: if `given` has none.
        effort: of reasoning.

    Raises:
        InputError: a value is not a number.
    """
    rest = dict(given)
    until = rest.pop("until", None) or ()
    sample = rest.pop("do_sample", None)
    temperature = rest.pop("temperature", None)
    lengths = [rest.pop(name) for name in _LENGTHS if name in rest]
    if sample is False or (sample is None and temperature is None):
        temperature = 0.0
    try:
        return Generation(
            max_tokens=int(lengths[0]) if lengths else max_tokens,
            temperature=None if temperature is None else float(temperature),
            stop=(until,) if isinstance(until, str) else tuple(filter(None, until)),
            seed=rest.pop("seed", seed),
            effort=effort,
            further=rest,
        )
    except (TypeError, ValueError) as error:
        raise InputError(str(error), code="type", field="--gen_kwargs") from None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request of lm-eval to a chat API.

    Attributes:
        index: its place among the requests.
        args: (messages as JSON text, generation arguments), as lm-eval holds them.
        generation: the second of them, parsed.
    """

    index: int
    args: tuple[Any, ...]
    generation: Generation

    def messages(self) -> list[Message]:
        """Return the messages."""
        messages: list[Message] = json.loads(self._text())
        return messages

    def tokens(self) -> int:
        """Estimate the prompt's tokens, rather too high: an English token has about four characters."""
        return len(self._text()) // 3 + 1

    def _text(self) -> str:
        context = self.args[0]
        text: str = context if isinstance(context, str) else context.prompt
        return text


class UnreadableError(Exception):
    """A response that should hold an answer and does not."""


class Dialect(ABC, Generic[Q, A]):
    """How requests Q are written and answers A are read; what a dialect has not keeps the default."""

    @abstractmethod
    def payload(self, request: Q, rejected: Rejected) -> dict[str, Any]:
        """Return the body of a request."""

    @abstractmethod
    def parse(self, request: Q, body: Body, rejected: Rejected) -> A:
        """Read the body of a good response.

        Raises:
            UnreadableError, KeyError, IndexError, TypeError, ValueError, AttributeError: it holds no answer.
        """

    def most_tokens(self, request: Q) -> Tokens:
        """Return the tokens that a request can need; 0 if they are not counted."""
        return Tokens(0, 0)

    def used_tokens(self, answer: A) -> tuple[int | None, int | None]:
        """Return the tokens of prompt and answer that the server counted."""
        return 0, 0

    def filtered(self) -> A | None:
        """Return the answer that stands for one that a filter stopped; None: the request failed."""
        return None

    def rejected(self, request: Q, error: ApiError, known: Rejected) -> tuple[Param, str] | None:
        """Return the parameter that a server does not accept, and the line about it; None: it is another error."""
        return None

    def unsent(self, request: Q) -> tuple[str, ...]:
        """Return a line for each parameter that the dialect cannot send."""
        return ()


def find_rejected(error: ApiError, known: Rejected, request: ChatRequest) -> tuple[Param, str] | None:
    """Find the parameter that an error is about; None if the error is about something else.

    Only a parameter that was sent counts, and `max_tokens` only if its successor is named: a provider also names it if
    the prompt is too long.

    Returns:
        The parameter, and the line for the record: what is sent instead, and the provider's reason.
    """
    message, generation, messages = error.message, request.generation, request.messages()
    if not _REJECTS.search(message):
        return None
    sent: dict[Param, bool] = {
        "max_tokens": "max_completion_tokens" in message and "too large" not in message,
        "temperature": generation.temperature is not None,
        "stop": bool(generation.stop),
        "seed": generation.seed is not None,
        "system": bool(messages) and messages[0].get("role") == "system",
    }
    shown = {
        "temperature": f"temperature {generation.temperature}",
        "seed": f"seed {generation.seed}",
        "system": "system prompt",
    }
    for name, was_sent in sent.items():
        named = error.param.rpartition(".")[2] == name or _NAMES[name].search(message)
        if was_sent and named and name not in known:
            return name, f"{shown.get(name, name)} {_INSTEAD[name]}: {one_line(message)}"
    return None


def system_as_user(messages: Sequence[Message]) -> list[Message]:
    """Put the system prompt before the text of the first user message."""
    system = str(messages[0]["content"])
    first = next((n for n, one in enumerate(messages) if one["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": system}, *messages[1:]]
    merged = {**messages[first], "content": f"{system}\n\n{messages[first]['content']}"}
    return [*messages[1:first], merged, *messages[first + 1 :]]
