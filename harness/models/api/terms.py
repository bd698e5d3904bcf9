"""What a provider was found not to accept, and how a question is put to it instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.models.api.question import Generation, Message
from harness.models.api.words import Complaint

Refusable = Literal["temperature", "stop", "seed", "system", "max_tokens"]
_NAMES: dict[Refusable, re.Pattern[str]] = {
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
_REFUSES = re.compile(
    r"unsupported|support|not (permitted|allowed|enabled|available|accepted|recognized)|unknown|unrecogni[sz]ed"
    r"|unexpected|extra|forbidden|deprecated|no longer|may only|can only|must be 1\b|cannot find field"
    r"|invalid|whitespace",
    re.IGNORECASE,
)
_INSTEAD = {
    "temperature": "not sent, so the provider's own holds",
    "stop": "not sent; answers are cut off there on this side",
    "seed": "not sent",
    "system": "put in front of the user's first message",
    "max_tokens": "sent as max_completion_tokens",
}


@dataclass(frozen=True)
class Terms:
    """The parameters that a provider refused."""

    refused: frozenset[Refusable] = frozenset()

    def without(self, parameter: Refusable) -> Terms:
        """Return the terms with one more refused."""
        return Terms(self.refused | {parameter})

    def accepts(self, parameter: Refusable) -> bool:
        """Tell whether a parameter may be sent."""
        return parameter not in self.refused


def refused(said: Complaint, terms: Terms, generation: Generation, messages: Sequence[Message]) -> Refusable | None:
    """Read which parameter a refused request should not have had.

    Only what was sent can be meant, and `max_tokens` only where its successor is named: a provider also names it where
    the prompt is too long.

    Returns:
        None where the complaint is about something else.
    """
    sent: dict[Refusable, bool] = {
        "max_tokens": "max_completion_tokens" in said.message and "too large" not in said.message,
        "temperature": generation.temperature is not None,
        "stop": bool(generation.stop),
        "seed": generation.seed is not None,
        "system": bool(messages) and messages[0].get("role") == "system",
    }
    for name, was_sent in sent.items():
        if (
            was_sent
            and terms.accepts(name)
            and (said.param.rpartition(".")[2] == name or _NAMES[name].search(said.message))
            and _REFUSES.search(said.message)
        ):
            return name
    return None


def change(parameter: Refusable, generation: Generation, why: str) -> str:
    """Tell, for the record, what is done about a refused parameter, with the provider's words."""
    was = {"temperature": f" {generation.temperature}", "seed": f" {generation.seed}"}.get(parameter, "")
    name = "system prompt" if parameter == "system" else parameter
    return f"{name}{was} {_INSTEAD[parameter]}: {why}"


def with_system_inside(messages: Sequence[Message]) -> list[Message]:
    """Put a system prompt in front of the user's first message."""
    system = str(messages[0]["content"])
    first = next((n for n, one in enumerate(messages) if one["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": system}, *messages[1:]]
    merged = {**messages[first], "content": f"{system}\n\n{messages[first]['content']}"}
    return [*messages[1:first], merged, *messages[first + 1 :]]


def cut(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """Cut a text off at the first of `stops`, as a provider that accepts them does; tell whether one was found."""
    ends = [at for at in (text.find(stop) for stop in stops) if at >= 0]
    return (text[: min(ends)], True) if ends else (text, False)
