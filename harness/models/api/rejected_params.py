"""Parameters that a provider does not accept, and what is sent instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.models.api.error_text import ApiError
from harness.models.api.request import Generation, Message

Param = Literal["temperature", "stop", "seed", "system", "max_tokens"]
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
class RejectedParams:
    """The parameters that a provider rejected."""

    names: frozenset[Param] = frozenset()

    def plus(self, param: Param) -> RejectedParams:
        """Return these and one more."""
        return RejectedParams(self.names | {param})

    def accepts(self, param: Param) -> bool:
        """Return whether a parameter may be sent."""
        return param not in self.names


def find(error: ApiError, known: RejectedParams, generation: Generation, messages: Sequence[Message]) -> Param | None:
    """Find the parameter that an error is about; None if the error is about something else.

    Only a parameter that was sent counts, and `max_tokens` only if its successor is named: a provider also names it if
    the prompt is too long.
    """
    sent: dict[Param, bool] = {
        "max_tokens": "max_completion_tokens" in error.message and "too large" not in error.message,
        "temperature": generation.temperature is not None,
        "stop": bool(generation.stop),
        "seed": generation.seed is not None,
        "system": bool(messages) and messages[0].get("role") == "system",
    }
    for name, was_sent in sent.items():
        if (
            was_sent
            and known.accepts(name)
            and (error.param.rpartition(".")[2] == name or _NAMES[name].search(error.message))
            and _REJECTS.search(error.message)
        ):
            return name
    return None


def change(param: Param, generation: Generation, reason: str) -> str:
    """Return the line for the record: what is sent instead, and the provider's reason."""
    value = {"temperature": f" {generation.temperature}", "seed": f" {generation.seed}"}.get(param, "")
    name = "system prompt" if param == "system" else param
    return f"{name}{value} {_INSTEAD[param]}: {reason}"


def system_as_user(messages: Sequence[Message]) -> list[Message]:
    """Put the system prompt before the text of the first user message."""
    system = str(messages[0]["content"])
    first = next((n for n, one in enumerate(messages) if one["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": system}, *messages[1:]]
    merged = {**messages[first], "content": f"{system}\n\n{messages[first]['content']}"}
    return [*messages[1:first], merged, *messages[first + 1 :]]
