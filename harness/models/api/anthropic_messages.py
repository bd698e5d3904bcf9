"""Anthropic's messages."""

from __future__ import annotations

from typing import Any

from harness.models.api.dialect import Body, ChatDialect, UnreadableError, count, finish_of, make_answer
from harness.models.api.rejected_params import RejectedParams, system_as_user
from harness.models.api.request import ChatRequest, Generation, Message
from harness.record import Answer

_VERSION = "2023-06-01"  # Anthropic's API reference, `anthropic-version`


class AnthropicMessages(ChatDialect):
    """Messages, in which the system prompt has a field of its own."""

    def headers(self) -> dict[str, str]:
        """Return the version of the API, and the key."""
        return {"anthropic-version": _VERSION} | ({"x-api-key": self.endpoint.key} if self.endpoint.key else {})

    def body(self, messages: list[Message], generation: Generation, rejected: RejectedParams) -> dict[str, Any]:
        """Return the body of a request."""
        body: dict[str, Any] = {"model": self.endpoint.model, "max_tokens": generation.max_tokens}
        if messages and messages[0].get("role") == "system":
            if rejected.accepts("system"):
                body["system"] = messages[0]["content"]
                messages = messages[1:]
            else:
                messages = system_as_user(messages)
        body["messages"] = messages
        if generation.temperature is not None and rejected.accepts("temperature"):
            body["temperature"] = generation.temperature
        stops = [stop for stop in generation.stop if stop.strip()]
        if stops and rejected.accepts("stop"):
            body["stop_sequences"] = stops
        if generation.effort is not None:
            body["thinking"] = {"type": "adaptive"}
            body["output_config"] = {"effort": generation.effort}
        return {**body, **generation.further}

    def read(self, body: Body) -> Answer:
        """Read a message.

        Raises:
            UnreadableError: it has no list of blocks, or an empty one without a reason.
        """
        blocks = body.get("content")
        finish = finish_of(body.get("stop_reason"))
        if not isinstance(blocks, list) or (not blocks and finish not in ("refusal", "length", "stop")):
            raise UnreadableError("an answer without content")
        blocks = [block for block in blocks if isinstance(block, dict)]
        said = "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")
        thoughts = [str(block.get("thinking") or "") for block in blocks if block.get("type") == "thinking"]
        usage = body.get("usage")
        prompt = count(usage, "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        thought = "\n".join(filter(None, thoughts)) or None
        return make_answer(said, thought, finish, prompt, count(usage, "output_tokens"))

    def unsent(self, request: ChatRequest) -> tuple[str, ...]:
        """Return lines about the seed, which the API does not have, and about stop texts that it rejects."""
        seed = request.generation.seed
        lines = [] if seed is None else [f"seed {seed} not sent: the provider's API has none"]
        if self.unsent_stops(request.generation):
            lines.append("stop: texts of white space alone are not sent; answers are cut there on this side")
        return tuple(lines)

    def unsent_stops(self, generation: Generation) -> tuple[str, ...]:
        """Return the stop texts that are white space alone."""
        return tuple(stop for stop in generation.stop if not stop.strip())
