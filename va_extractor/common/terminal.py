"""A console that prints control characters in text instead of obeying them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from va_extractor.common.plain_text import visible


def terminal(width: int) -> Terminal:
    """Return a terminal; one of `width` columns if the output is a file."""
    made = Terminal()
    return made if made.is_terminal else Terminal(width=width)


class Terminal(Console):
    """rich's console, with control and hidden characters of text printed as code points.

    rich passes escapes in text on to the terminal. Here only its own control segments and styles pass.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of a renderable, with visible text."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)
