"""Anthropic's messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.models.api import reading
from harness.models.api.providers import Endpoint
from harness.models.api.question import Generation, Message
from harness.models.api.reading import UnreadableError
from harness.models.api.terms import Terms, with_system_inside
from harness.record import Answer

_VERSION = "2023-06-01"  # Anthropic's API reference, `anthropic-version`


def headers(endpoint: Endpoint) -> dict[str, str]:
    """Return the version of the API, and the key."""
    return {"anthropic-version": _VERSION} | ({"x-api-key": endpoint.key} if endpoint.key else {})


def payload(endpoint: Endpoint, messages: list[Message], generation: Generation, terms: Terms) -> dict[str, Any]:
    """Return a request's body; a system prompt has a field of its own."""
    body: dict[str, Any] = {"model": endpoint.model, "max_tokens": generation.max_tokens}
    if messages and messages[0].get("role") == "system":
        if terms.accepts("system"):
            body["system"] = messages[0]["content"]
            messages = messages[1:]
        else:
            messages = with_system_inside(messages)
    body["messages"] = messages
    if generation.temperature is not None and terms.accepts("temperature"):
        body["temperature"] = generation.temperature
    stops = [stop for stop in generation.stop if stop.strip()]
    if stops and terms.accepts("stop"):
        body["stop_sequences"] = stops
    if generation.effort is not None:
        body["thinking"] = {"type": "adaptive"}
        body["output_config"] = {"effort": generation.effort}
    return {**body, **generation.further}


def read(body: Mapping[str, Any]) -> Answer:
    """Read a message.

    Raises:
        UnreadableError: it has no list of blocks, or an empty one though it was neither refused nor cut off.
    """
    blocks = body.get("content")
    finish = reading.finish_of(body.get("stop_reason"))
    if not isinstance(blocks, list) or (not blocks and finish not in ("refusal", "length", "stop")):
        raise UnreadableError("an answer without content")
    blocks = [block for block in blocks if isinstance(block, dict)]
    said = "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")
    thoughts = [str(block.get("thinking") or "") for block in blocks if block.get("type") == "thinking"]
    usage = body.get("usage")
    prompt = reading.count(usage, "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return reading.answer(
        said, "\n".join(filter(None, thoughts)) or None, finish, prompt, reading.count(usage, "output_tokens")
    )


def unsent(endpoint: Endpoint, generation: Generation) -> tuple[str, ...]:
    """Tell of the seed, which the API has no field for, and of stop texts of white space, which it refuses."""
    changes = [] if generation.seed is None else [f"seed {generation.seed} not sent: the provider's API has none"]
    if unsent_stops(generation):
        changes.append("stop: texts of white space alone are not sent; answers are cut off there on this side")
    return tuple(changes)


def unsent_stops(generation: Generation) -> tuple[str, ...]:
    """Return the stop texts that are white space alone."""
    return tuple(stop for stop in generation.stop if not stop.strip())
