"""Cut an answer where the model goes on to a question like the one in its prompt, as base models do."""

from __future__ import annotations

import re

_NAME = re.compile(r"[^\W\d_][^\W\d_ ]{0,20}(?: [^\W\d_]{1,20}){0,3}(?= ?\d{0,3}\s?[:：])")


def before_next(answer: str, prompt: str) -> str | None:
    """Return the answer up to a line that begins like the question's first value ("Valence:").

    Args:
        answer: without thought.
        prompt: as the model saw it; the last paragraph holds the values of its item.

    Returns:
        None if no line, or the first one, begins so.
    """
    name = _NAME.match(prompt.rstrip().rpartition("\n\n")[2])
    if name is None:
        return None
    found = re.search(rf"\n[^\w\n]{{0,9}}{re.escape(name[0])} ?\d{{0,3}}\s?[:：]", answer)
    return answer[: found.start()].strip() or None if found else None
