"""A console that shows third parties' text and never obeys it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from va_extractor.common.plain_text import visible


class Terminal(Console):
    """rich's console, but control and hidden characters in what is printed are written by their code point.

    rich passes escapes in a text on to the terminal. Only its own control segments and styles are let through here.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of a renderable, their text made visible."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)
