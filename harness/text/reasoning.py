"""Separate a model's reasoning from its answer in one text."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)think(?:ing)?>|\[(/?)THINK\]", re.IGNORECASE)


def split(text: str) -> tuple[str | None, str]:
    """Split a text into reasoning and answer.

    A closing tag without an opening one ends reasoning that the chat template began. Nothing follows an opening tag
    that is never closed: the reasoning was cut off.

    Returns:
        The reasoning, or None, and the answer.
    """
    if "<" not in text and "[" not in text:
        return None, text
    thought: list[str] = []
    said: list[str] = []
    thinking = False
    start = 0
    for tag in _TAG.finditer(text):
        part = text[start : tag.start()]
        closes = "/" in tag[0][:2]
        if closes and not thinking:
            thought.extend([*said, part])
            said.clear()
        else:
            (thought if thinking else said).append(part)
        thinking, start = not closes, tag.end()
    if start == 0:
        return None, text
    (thought if thinking else said).append(text[start:])
    reasoning = "\n".join(part.strip() for part in thought if part.strip())
    return reasoning or None, "".join(said).strip()
