"""The event loop that questions are asked on."""

from __future__ import annotations

import asyncio
import selectors

FEW = 4


class FewAtATime(selectors.DefaultSelector):
    """Hands the event loop a few of the ready sockets; the others are ready still at its next turn.

    asyncio reads every ready socket before any task goes on. Answers that come together would so be asked on together,
    and wait for each other round after round; handed over few at a time, they part (measured by `benchmarks/api.py`).
    """

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait up to `timeout` seconds (None: for ever) and return at most `FEW` ready sockets with their events."""
        return super().select(timeout)[:FEW]


def new_loop() -> asyncio.AbstractEventLoop:
    """Make the loop."""
    return asyncio.SelectorEventLoop(FewAtATime())
