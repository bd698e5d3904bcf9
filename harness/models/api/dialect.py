"""What every way of speaking to a provider has in common, and choosing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from harness.models.api import anthropic_messages, openai_chat
from harness.models.api.providers import Endpoint
from harness.models.api.question import Generation, Message
from harness.models.api.terms import Terms
from harness.record import Answer


class Dialect(Protocol):
    """A way of asking and of being answered; a module with these functions."""

    def headers(self, endpoint: Endpoint) -> dict[str, str]:
        """Return the headers of every request, the key among them."""

    def payload(
        self, endpoint: Endpoint, messages: list[Message], generation: Generation, terms: Terms
    ) -> dict[str, Any]:
        """Return a request's body."""

    def read(self, body: Mapping[str, Any]) -> Answer:
        """Read the body of a good response.

        Raises:
            UnreadableError: it holds no answer.
        """

    def unsent(self, endpoint: Endpoint, generation: Generation) -> tuple[str, ...]:
        """Tell, for the record, what the dialect has no words for."""

    def unsent_stops(self, generation: Generation) -> tuple[str, ...]:
        """Return the stop texts that the dialect cannot send, at which answers are cut off on this side."""


def dialect_of(endpoint: Endpoint) -> Dialect:
    """Return the dialect an endpoint speaks; LiteLLM is spoken to as OpenAI is."""
    return anthropic_messages if endpoint.provider.speaks == "anthropic" else openai_chat
