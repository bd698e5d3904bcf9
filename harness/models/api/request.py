"""A chat request, and how its answer is generated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from va_extractor.common.errors import InputError

MAX_TOKENS = 256  # lm-eval's default
_LENGTHS = ("max_gen_toks", "max_tokens", "max_new_tokens", "max_completion_tokens")
Message = dict[str, Any]


@dataclass(frozen=True)
class Generation:
    """Generation arguments, the same for every provider.

    Attributes:
        max_tokens: of reasoning and answer.
        temperature: None for the provider's default.
        stop: texts at which the answer ends.
        seed: of sampling.
        effort: of reasoning, in the provider's words.
        further: arguments that are sent as the user named them.
    """

    max_tokens: int
    temperature: float | None
    stop: tuple[str, ...]
    seed: int | None
    effort: str | None = None
    further: Mapping[str, Any] = field(default_factory=dict)


def generation(given: Mapping[str, Any], seed: int | None, max_tokens: int, effort: str | None) -> Generation:
    """Read lm-eval's generation arguments.

    Args:
        given: `until`, `max_gen_toks`, `do_sample`, `temperature`, `seed`, and further ones of the user.
        seed: if `given` has none.
        max_tokens: if `given` has none.
        effort: of reasoning.

    Raises:
        InputError: a value is not a number.
    """
    rest = dict(given)
    until = rest.pop("until", None) or ()
    sample = rest.pop("do_sample", None)
    temperature = rest.pop("temperature", None)
    lengths = [rest.pop(name) for name in _LENGTHS if name in rest]
    if sample is False or (sample is None and temperature is None):
        temperature = 0.0
    try:
        return Generation(
            max_tokens=int(lengths[0]) if lengths else max_tokens,
            temperature=None if temperature is None else float(temperature),
            stop=(until,) if isinstance(until, str) else tuple(filter(None, until)),
            seed=rest.pop("seed", seed),
            effort=effort,
            further=rest,
        )
    except (TypeError, ValueError) as error:
        raise InputError(str(error), code="type", field="--gen_kwargs") from None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request of lm-eval to a chat API.

    Attributes:
        index: its place among the requests.
        args: (messages as JSON text, generation arguments), as lm-eval holds them.
        generation: the second of them, parsed.
    """

    index: int
    args: tuple[Any, ...]
    generation: Generation

    def messages(self) -> list[Message]:
        """Return the messages."""
        messages: list[Message] = json.loads(self._text())
        return messages

    def tokens(self) -> int:
        """Estimate the prompt's tokens, rather too high: an English token has about four characters."""
        return len(self._text()) // 3 + 1

    def _text(self) -> str:
        context = self.args[0]
        text: str = context if isinstance(context, str) else context.prompt
        return text
