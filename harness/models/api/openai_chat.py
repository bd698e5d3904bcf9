"""OpenAI's chat completions, which most providers and every common server also take."""

from __future__ import annotations

from typing import Any

from harness.models.api.dialect import Body, ChatDialect, UnreadableError, count, finish_of, make_answer
from harness.models.api.rejected_params import RejectedParams, system_as_user
from harness.models.api.request import ChatRequest, Generation, Message
from harness.record import Answer

_MOST_STOPS = 4  # OpenAI's API reference, `stop`


class OpenAIChat(ChatDialect):
    """Chat completions."""

    def headers(self) -> dict[str, str]:
        """Return the header that holds the key."""
        return {"Authorization": f"Bearer {self.endpoint.key}"} if self.endpoint.key else {}

    def body(self, messages: list[Message], generation: Generation, rejected: RejectedParams) -> dict[str, Any]:
        """Return the body of a request."""
        if not rejected.accepts("system") and messages and messages[0].get("role") == "system":
            messages = system_as_user(messages)
        length = "max_tokens" if rejected.accepts("max_tokens") else "max_completion_tokens"
        body: dict[str, Any] = {"model": self.endpoint.model, "messages": messages, length: generation.max_tokens}
        if generation.temperature is not None and rejected.accepts("temperature"):
            body["temperature"] = generation.temperature
        if generation.stop and rejected.accepts("stop"):
            body["stop"] = generation.stop[:_MOST_STOPS]
        seed_field = self.endpoint.provider.seed_field
        if generation.seed is not None and seed_field and rejected.accepts("seed"):
            body[seed_field] = generation.seed
        if generation.effort is not None:
            body["reasoning_effort"] = generation.effort
        return {**body, **generation.further}

    def read(self, body: Body) -> Answer:
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
        finish = finish_of(choices[0].get("finish_reason"))
        if message.get("refusal"):
            said, finish = said or str(message["refusal"]), "refusal"
        usage = body.get("usage")
        return make_answer(said, thought, finish, count(usage, "prompt_tokens"), count(usage, "completion_tokens"))

    def unsent(self, request: ChatRequest) -> tuple[str, ...]:
        """Return lines about stop texts after the fourth, and about the seed if the provider takes none."""
        seed, lines = request.generation.seed, []
        if seed is not None and self.endpoint.provider.seed_field is None:
            lines.append(f"seed {seed} not sent: the provider's API has none")
        if self.unsent_stops(request.generation):
            lines.append("stop: only the first four are sent; answers are cut at the others on this side")
        return tuple(lines)

    def unsent_stops(self, generation: Generation) -> tuple[str, ...]:
        """Return the stop texts after the fourth."""
        return generation.stop[_MOST_STOPS:]


def _parts(content: Any) -> tuple[str, str | None]:
    """Read a message's content: a text, or a list of parts, one of which may be thinking (Mistral)."""
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
