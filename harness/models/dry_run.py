"""The lm-eval model of a dry run: it answers nothing, and keeps the requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lm_eval.api.model import LM

from harness.record import Answer

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance

_NOT_SENT = Answer(missing="not sent: dry run")


class DryRunLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Keeps requests instead of answering them.

    Attributes:
        requests: all requests, in order.

    Args:
        render: makes the text of messages, given them and whether the start of the answer follows.
    """

    def __init__(self, render: Callable[[list[dict[str, Any]], bool], str]) -> None:
        super().__init__()
        self.requests: list[Instance] = []
        self._render = render

    @property
    def tokenizer_name(self) -> str:
        """Return no name; lm-eval needs one for chat templates."""
        return ""

    def apply_chat_template(self, chat_history: list[dict[str, Any]], add_generation_prompt: bool = True) -> str:
        """Return the text of messages."""
        return self._render(chat_history, add_generation_prompt)

    def generate_until(self, requests: list[Instance]) -> list[Answer]:
        """Return missing answers."""
        return self._remember(requests)

    def loglikelihood(self, requests: list[Instance]) -> list[Answer]:
        """Return missing answers."""
        return self._remember(requests)

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[Answer]:
        """Return missing answers."""
        return self._remember(requests)

    def _remember(self, requests: list[Instance]) -> list[Answer]:
        self.requests += requests
        return [_NOT_SENT] * len(requests)
