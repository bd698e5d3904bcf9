"""From what a provider sent to an answer: how it ended, how many tokens, what was thought and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.record import Answer
from harness.record.sample import Finish
from harness.text import reasoning

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
    """A response that should hold an answer and does not; `words` say why."""


def finish_of(reason: Any) -> Finish | None:
    """Return how an answer ended, from the provider's word for it; None where it says nothing known."""
    return _FINISH.get(str(reason).lower().removeprefix("content_filter:")) if reason else None


def answer(text: str, thought: str | None, finish: Finish | None, prompt: int | None, given: int | None) -> Answer:
    """Put an answer together; reasoning inside the text is taken out of it.

    Half a surrogate pair, which a cut-off answer may end in and no file can hold, becomes a question mark.
    """
    inside, said = reasoning.split(text)
    thoughts = [part for part in (thought, inside) if part]
    return Answer(
        text=_whole(said),
        reasoning=_whole("\n".join(thoughts)) if thoughts else None,
        finish=finish,
        prompt_tokens=prompt,
        answer_tokens=given,
    )


def count(usage: Any, *names: str) -> int | None:
    """Return the sum of the token counts that `usage` gives under `names`; None where it gives none of them."""
    found = [usage[name] for name in names if isinstance(usage.get(name), int)] if isinstance(usage, dict) else []
    return sum(found) if found else None


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()
