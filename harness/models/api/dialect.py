"""How requests are written and answers are read: the base of every dialect, and of chat dialects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from harness.models.api import rejected_params
from harness.models.api.budget import Tokens
from harness.models.api.error_text import ApiError, one_line
from harness.models.api.providers import Endpoint
from harness.models.api.rejected_params import Param, RejectedParams
from harness.models.api.request import ChatRequest, Generation, Message
from harness.record import Answer
from harness.record.sample import Finish
from harness.text import reasoning

Body = Mapping[str, Any]
Q = TypeVar("Q")
A = TypeVar("A")

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


class UnreadableError(Exception):
    """A response that should hold an answer and does not."""


class Dialect(ABC, Generic[Q, A]):
    """How requests Q are written and answers A are read; what a dialect has not keeps the default."""

    @abstractmethod
    def payload(self, request: Q, rejected: RejectedParams) -> dict[str, Any]:
        """Return the body of a request."""

    @abstractmethod
    def parse(self, request: Q, body: Body, rejected: RejectedParams) -> A:
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

    def rejected(self, request: Q, error: ApiError, known: RejectedParams) -> tuple[Param, str] | None:
        """Return the parameter that a server does not accept, and the line about it; None: it is another error."""
        return None

    def unsent(self, request: Q) -> tuple[str, ...]:
        """Return a line for each parameter that the dialect cannot send."""
        return ()


class ChatDialect(Dialect[ChatRequest, Answer]):
    """A chat API.

    Args:
        endpoint: where to send.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Return the headers of every request, the key among them."""

    @abstractmethod
    def body(self, messages: list[Message], generation: Generation, rejected: RejectedParams) -> dict[str, Any]:
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

    def payload(self, request: ChatRequest, rejected: RejectedParams) -> dict[str, Any]:
        """Return the body of a request."""
        return self.body(request.messages(), request.generation, rejected)

    def parse(self, request: ChatRequest, body: Body, rejected: RejectedParams) -> Answer:
        """Read an answer, and cut it at the stop texts that were not sent."""
        generation = request.generation
        stops = self.unsent_stops(generation) if rejected.accepts("stop") else generation.stop
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

    def rejected(self, request: ChatRequest, error: ApiError, known: RejectedParams) -> tuple[Param, str] | None:
        """Find the parameter that the provider does not accept."""
        found = rejected_params.find(error, known, request.generation, request.messages())
        if found is None:
            return None
        return found, rejected_params.change(found, request.generation, one_line(error.message))


def finish_of(reason: Any) -> Finish | None:
    """Return how an answer ended, from the provider's word; None if the word is absent or unknown."""
    return _FINISH.get(str(reason).lower().removeprefix("content_filter:")) if reason else None


def make_answer(
    text: str, thought: str | None, finish: Finish | None, prompt_tokens: int | None, answer_tokens: int | None
) -> Answer:
    """Make an answer; reasoning inside the text is moved out of it.

    Half a surrogate pair, at which an answer may be cut and which no file can hold, becomes a question mark.
    """
    inside, said = reasoning.split(text)
    thoughts = [part for part in (thought, inside) if part]
    return Answer(
        text=_valid(said),
        reasoning=_valid("\n".join(thoughts)) if thoughts else None,
        finish=finish,
        prompt_tokens=prompt_tokens,
        answer_tokens=answer_tokens,
    )


def count(usage: Any, *names: str) -> int | None:
    """Return the sum of the token counts in `usage` under `names`; None if it has none of them."""
    found = [usage[name] for name in names if isinstance(usage.get(name), int)] if isinstance(usage, dict) else []
    return sum(found) if found else None


def _valid(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()


def _cut(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """Cut a text at the first stop text; also return whether there was one."""
    ends = [at for at in (text.find(stop) for stop in stops) if at >= 0]
    return (text[: min(ends)], True) if ends else (text, False)
