"""Chat APIs: OpenAI's, which most providers and every common server also take, and Anthropic's."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from harness.models.api.dialect import (
    Body,
    ChatRequest,
    Dialect,
    Generation,
    Message,
    Param,
    Rejected,
    UnreadableError,
    find_rejected,
    system_as_user,
)
from harness.models.api.faults import ApiError
from harness.models.api.limits import Tokens
from harness.models.api.providers import Endpoint
from harness.record import Answer
from harness.record.sample import Finish

_MOST_STOPS = 4  # OpenAI's API reference, `stop`
_VERSION = "2023-06-01"  # Anthropic's API reference, `anthropic-version`
_FINISH: Mapping[str, Finish] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "prohibited_content": "content_filter",
    "blocklist": "content_filter",
    "refusal": "refusal",
}


class ChatDialect(Dialect[ChatRequest, Answer]):
    """A chat API.

    Attributes:
        stops_note: the line about stop texts that are not sent.

    Args:
        endpoint: where to send.
    """

    stops_note: str

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Return the headers of every request, the key among them."""

    @abstractmethod
    def body(self, messages: list[Message], generation: Generation, rejected: Rejected) -> dict[str, Any]:
        """Return the body of a request."""

    @abstractmethod
    def read(self, body: Body) -> Answer:
        """Read the body of a good response.

        Raises:
            UnreadableError: it holds no answer.
        """

    @abstractmethod
    def unsent_stops(self, generation: Generation) -> tuple[str, ...]:
        """Return the stop texts that cannot be sent; answers are cut there on this side."""

    def payload(self, request: ChatRequest, rejected: Rejected) -> dict[str, Any]:
        """Return the body of a request."""
        return self.body(request.messages(), request.generation, rejected)

    def parse(self, request: ChatRequest, body: Body, rejected: Rejected) -> Answer:
        """Read an answer, and cut it at the stop texts that were not sent."""
        generation = request.generation
        stops = self.unsent_stops(generation) if "stop" not in rejected else generation.stop
        answer = self.read(body)
        text, found = _cut(answer.text or "", stops)
        return answer.model_copy(update={"text": text, "finish": "stop"}) if found else answer

    def most_tokens(self, request: ChatRequest) -> Tokens:
        """Return the estimated tokens of the prompt, and the most of the answer."""
        return Tokens(request.tokens(), request.generation.max_tokens)

    def used_tokens(self, answer: Answer) -> tuple[int | None, int | None]:
        """Return the tokens of prompt and answer that the provider counted."""
        return answer.prompt_tokens, answer.answer_tokens

    def filtered(self) -> Answer:
        """Return an empty answer with the reason."""
        return Answer(text="", finish="content_filter", prompt_tokens=0, answer_tokens=0)

    def rejected(self, request: ChatRequest, error: ApiError, known: Rejected) -> tuple[Param, str] | None:
        """Find the parameter that the provider does not accept."""
        return find_rejected(error, known, request)

    def unsent(self, request: ChatRequest) -> tuple[str, ...]:
        """Return lines about the seed if the provider takes none, and about stop texts that it does not take."""
        seed = request.generation.seed
        no_seed = seed is not None and self.endpoint.provider.seed_field is None
        lines = [f"seed {seed} not sent: the provider's API has none"] if no_seed else []
        return (*lines, self.stops_note) if self.unsent_stops(request.generation) else tuple(lines)


class OpenAIChat(ChatDialect):
    """Chat completions."""

    stops_note = "stop: only the first four are sent; answers are cut at the others on this side"

    def headers(self) -> dict[str, str]:
        """Return the header that holds the key."""
        return {"Authorization": f"Bearer {self.endpoint.key}"} if self.endpoint.key else {}

    def body(self, messages: list[Message], generation: Generation, rejected: Rejected) -> dict[str, Any]:
        """Return the body of a request."""
        if "system" in rejected and messages and messages[0].get("role") == "system":
            messages = system_as_user(messages)
        length = "max_tokens" if "max_tokens" not in rejected else "max_completion_tokens"
        body: dict[str, Any] = {"model": self.endpoint.model, "messages": messages, length: generation.max_tokens}
        if generation.temperature is not None and "temperature" not in rejected:
            body["temperature"] = generation.temperature
        if generation.stop and "stop" not in rejected:
            body["stop"] = generation.stop[:_MOST_STOPS]
        seed_field = self.endpoint.provider.seed_field
        if generation.seed is not None and seed_field and "seed" not in rejected:
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
        for name in ("reasoning", "reasoning_content"):  # OpenRouter, Groq and newer vLLM; DeepSeek, vLLM and SGLang
            if isinstance(message.get(name), str) and message[name]:
                thought = message[name]
        finish = _finish(choices[0].get("finish_reason"))
        if message.get("refusal"):
            said, finish = said or str(message["refusal"]), "refusal"
        usage = body.get("usage")
        return _answer(said, thought, finish, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))

    def unsent_stops(self, generation: Generation) -> tuple[str, ...]:
        """Return the stop texts after the fourth."""
        return generation.stop[_MOST_STOPS:]


class AnthropicMessages(ChatDialect):
    """Messages, in which the system prompt has a field of its own."""

    stops_note = "stop: texts of white space alone are not sent; answers are cut there on this side"

    def headers(self) -> dict[str, str]:
        """Return the version of the API, and the key."""
        return {"anthropic-version": _VERSION} | ({"x-api-key": self.endpoint.key} if self.endpoint.key else {})

    def body(self, messages: list[Message], generation: Generation, rejected: Rejected) -> dict[str, Any]:
        """Return the body of a request."""
        body: dict[str, Any] = {"model": self.endpoint.model, "max_tokens": generation.max_tokens}
        if messages and messages[0].get("role") == "system":
            if "system" in rejected:
                messages = system_as_user(messages)
            else:
                body["system"], messages = messages[0]["content"], messages[1:]
        body["messages"] = messages
        if generation.temperature is not None and "temperature" not in rejected:
            body["temperature"] = generation.temperature
        stops = [stop for stop in generation.stop if stop.strip()]
        if stops and "stop" not in rejected:
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
        finish = _finish(body.get("stop_reason"))
        if not isinstance(blocks, list) or (not blocks and finish not in ("refusal", "length", "stop")):
            raise UnreadableError("an answer without content")
        blocks = [block for block in blocks if isinstance(block, dict)]
        said = "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")
        thoughts = [str(block.get("thinking") or "") for block in blocks if block.get("type") == "thinking"]
        usage = body.get("usage")
        prompt = _count(usage, "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        thought = "\n".join(filter(None, thoughts)) or None
        return _answer(said, thought, finish, prompt, _count(usage, "output_tokens"))

    def unsent_stops(self, generation: Generation) -> tuple[str, ...]:
        """Return the stop texts that are white space alone."""
        return tuple(stop for stop in generation.stop if not stop.strip())


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


def _finish(reason: Any) -> Finish | None:
    """Return how an answer ended, from the provider's word; None if the word is absent or unknown."""
    return _FINISH.get(str(reason).lower().removeprefix("content_filter:")) if reason else None


def _answer(
    text: str, thought: str | None, finish: Finish | None, prompt_tokens: int | None, answer_tokens: int | None
) -> Answer:
    """Make an answer; thought within the text stays there, for the reader (`harness.text.reasoning`).

    Half a surrogate pair, at which an answer may be cut and which no file can hold, becomes a question mark.
    """
    return Answer(
        text=_valid(text),
        reasoning=_valid(thought) if thought else None,
        finish=finish,
        prompt_tokens=prompt_tokens,
        answer_tokens=answer_tokens,
    )


def _count(usage: Any, *names: str) -> int | None:
    """Return the sum of the token counts in `usage` under `names`; None if it has none of them."""
    found = [usage[name] for name in names if isinstance(usage.get(name), int)] if isinstance(usage, dict) else []
    return sum(found) if found else None


def _valid(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()


def _cut(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """Cut a text at the first stop text; also return whether there was one."""
    ends = [at for at in (text.find(stop) for stop in stops) if at >= 0]
    return (text[: min(ends)], True) if ends else (text, False)
