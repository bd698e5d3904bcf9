"""OpenAI's chat completions, which most providers and every common server speak too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.models.api import reading
from harness.models.api.providers import Endpoint
from harness.models.api.question import Generation, Message
from harness.models.api.reading import UnreadableError
from harness.models.api.terms import Terms, with_system_inside
from harness.record import Answer

_MOST_STOPS = 4  # OpenAI's API reference, `stop`


def headers(endpoint: Endpoint) -> dict[str, str]:
    """Return the header that holds the key."""
    return {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}


def payload(endpoint: Endpoint, messages: list[Message], generation: Generation, terms: Terms) -> dict[str, Any]:
    """Return a request's body."""
    if not terms.accepts("system") and messages and messages[0].get("role") == "system":
        messages = with_system_inside(messages)
    length = "max_tokens" if terms.accepts("max_tokens") else "max_completion_tokens"
    body: dict[str, Any] = {"model": endpoint.model, "messages": messages, length: generation.max_tokens}
    if generation.temperature is not None and terms.accepts("temperature"):
        body["temperature"] = generation.temperature
    if generation.stop and terms.accepts("stop"):
        body["stop"] = generation.stop[:_MOST_STOPS]
    if generation.seed is not None and endpoint.provider.seed_field and terms.accepts("seed"):
        body[endpoint.provider.seed_field] = generation.seed
    if generation.effort is not None:
        body["reasoning_effort"] = generation.effort
    return {**body, **generation.further}


def read(body: Mapping[str, Any]) -> Answer:
    """Read a chat completion.

    Raises:
        UnreadableError: it has no choice, or no message in it.
    """
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise UnreadableError("an answer without choices")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise UnreadableError("a choice without a message")
    said, thought = _parts(message.get("content"))
    for name in ("reasoning_content", "reasoning"):  # DeepSeek, vLLM and SGLang; OpenRouter, Groq and newer vLLM
        if isinstance(message.get(name), str) and message[name]:
            thought = message[name]
            break
    finish = reading.finish_of(choices[0].get("finish_reason"))
    if message.get("refusal"):
        said, finish = said or str(message["refusal"]), "refusal"
    usage = body.get("usage")
    return reading.answer(
        said, thought, finish, reading.count(usage, "prompt_tokens"), reading.count(usage, "completion_tokens")
    )


def unsent(endpoint: Endpoint, generation: Generation) -> tuple[str, ...]:
    """Tell of stop texts beyond the fourth, and of seeds where the provider has none."""
    changes = []
    if generation.seed is not None and endpoint.provider.seed_field is None:
        changes.append(f"seed {generation.seed} not sent: the provider's API has none")
    if len(generation.stop) > _MOST_STOPS:
        changes.append("stop: the first four are sent; answers are cut off at the others on this side")
    return tuple(changes)


def unsent_stops(generation: Generation) -> tuple[str, ...]:
    """Return the stop texts beyond the fourth."""
    return generation.stop[_MOST_STOPS:]


def _parts(content: Any) -> tuple[str, str | None]:
    """Read a message's content: a text, or a list of parts, of which Mistral makes its thinking one."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else "", None
    said, thought = [], []
    for part in content:
        if not isinstance(part, dict):
            continue
        if part.get("type") == "thinking":
            inner = part.get("thinking")
            thought.append(_parts(inner)[0] if isinstance(inner, list) else str(inner or ""))
        elif isinstance(part.get("text"), str):
            said.append(part["text"])
    return "".join(said), "\n".join(filter(None, thought)) or None
