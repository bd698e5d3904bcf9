"""The event loop of the sender."""

from __future__ import annotations

import asyncio
import selectors

FEW = 4


class FewAtATime(selectors.DefaultSelector):
    """Give the event loop only a few of the ready sockets; the others stay ready for its next turn.

    asyncio reads every ready socket before any task runs. Answers that arrive together would start their next requests
    together, and wait for each other again; a few at a time, they spread (measured by `benchmarks/api.py`).
    """

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait up to `timeout` seconds (None: no limit) and return at most `FEW` ready sockets with their events."""
        return super().select(timeout)[:FEW]


def new_loop() -> asyncio.AbstractEventLoop:
    """Make the loop."""
    return asyncio.SelectorEventLoop(FewAtATime())
