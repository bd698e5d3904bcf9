"""The lm-eval model that answers nothing, and remembers what it would have been asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lm_eval.api.model import LM

from harness.record import Answer

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance

_UNASKED = Answer(missing="not asked, only rendered")


class DryRunLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answers nothing.

    Attributes:
        requests: what it would have been asked, in order.

    Args:
        render: the text of messages, given them and whether the answer's opening follows.
    """

    def __init__(self, render: Callable[[list[dict[str, Any]], bool], str]) -> None:
        super().__init__()
        self.requests: list[Instance] = []
        self._render = render

    @property
    def tokenizer_name(self) -> str:
        """Name no tokenizer; lm-eval asks where a chat template is applied."""
        return ""

    def apply_chat_template(self, chat_history: list[dict[str, Any]], add_generation_prompt: bool = True) -> str:
        """Return the text of messages."""
        return self._render(chat_history, add_generation_prompt)

    def generate_until(self, requests: list[Instance]) -> list[Answer]:
        """Return nothing."""
        return self._remember(requests)

    def loglikelihood(self, requests: list[Instance]) -> list[Answer]:
        """Return nothing."""
        return self._remember(requests)

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[Answer]:
        """Return nothing."""
        return self._remember(requests)

    def _remember(self, requests: list[Instance]) -> list[Answer]:
        self.requests += requests
        return [_UNASKED] * len(requests)
