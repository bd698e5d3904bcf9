"""What a dry run uses instead of a model: an lm-eval model that keeps the requests, and a count of their tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lm_eval.api.model import LM

from harness.record import Answer

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance

    from harness.models.choice import ModelChoice

_NOT_SENT = Answer(missing="not sent: dry run")
CHARACTERS_A_TOKEN = 4
"""OpenAI's help page "What are tokens and how to count them?": one token is about four characters of English."""
ESTIMATED = f"estimated: a token for every {CHARACTERS_A_TOKEN} characters, OpenAI's rule of thumb for English"


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


@dataclass(frozen=True)
class Counter:
    """Counts tokens and renders chats.

    Attributes:
        rule: how it counts, for the user.
        tokenizer: of transformers; None if there is none on this machine.
        template_args: the back end's arguments of the chat template.
    """

    rule: str
    tokenizer: Any = None
    template_args: tuple[tuple[str, Any], ...] = ()

    def count(self, texts: Sequence[str]) -> int:
        """Return the tokens of all texts together."""
        if self.tokenizer is None:
            return sum(-(-len(text) // CHARACTERS_A_TOKEN) for text in texts)
        return sum(map(len, self.tokenizer(list(texts), add_special_tokens=False)["input_ids"])) if texts else 0

    def render(self, messages: list[dict[str, Any]], add_generation_prompt: bool) -> str:
        """Apply the chat template as lm-eval's Hugging Face back end does; return JSON if there is none."""
        if self.tokenizer is None or self.tokenizer.chat_template is None:
            return json.dumps(messages, ensure_ascii=False)
        text: str = self.tokenizer.apply_chat_template(
            messages,
            tokenize=False,
            add_generation_prompt=add_generation_prompt,
            continue_final_message=not add_generation_prompt,
            **dict(self.template_args),
        )
        return text


def find_counter(choice: ModelChoice) -> Counter:
    """Find the tokenizer of a model on this machine; nothing is downloaded."""
    name = choice.args.get("tokenizer") or choice.args.get("pretrained")
    found = _local(str(name), choice.args.get("revision")) if name and not choice.api else None
    if found is None:
        return Counter(ESTIMATED)
    given = dict(choice.args.get("chat_template_args") or {})
    if choice.args.get("enable_thinking") is not None:
        given["enable_thinking"] = choice.args["enable_thinking"]
    return Counter("by the model's own tokenizer", found, tuple(given.items()))


def _local(name: str, revision: str | None) -> Any:
    """Load a tokenizer; None if it is not on this machine, or transformers is not installed."""
    try:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(name, revision=revision or "main", local_files_only=True)
    except (ImportError, OSError, ValueError):
        return None
