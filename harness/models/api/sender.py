"""Send many requests to one server: as many at once as it bears, each until it is answered or given up."""

from __future__ import annotations

import asyncio
import random
import selectors
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from harness.models.api.batch import Batch
from harness.models.api.clients import Send
from harness.models.api.dialect import A, Dialect, Q, Rejected
from harness.models.api.faults import one_line
from harness.models.api.limits import TRIES, Budget, Limiter

FEW = 4


class FewAtATime(selectors.DefaultSelector):
    """Give the event loop only a few of the ready sockets; the others stay ready for its next turn.

    asyncio reads every ready socket before any task runs. Answers that arrive together would start their next requests
    together, and wait for each other again; a few at a time, they spread (measured by `benchmarks/api.py`).
    """

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait up to `timeout` seconds (None: no limit) and return at most `FEW` ready sockets with their events."""
        return super().select(timeout)[:FEW]


def run(sending: Coroutine[Any, Any, None]) -> None:
    """Run `Sender.send` in an event loop of its own."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(FewAtATime())) as runner:
        runner.run(sending)


class Sender:
    """One server; what is learned about it and spent on it lasts for all tasks.

    Attributes:
        stopped: why nothing more is sent; None while requests may be sent.
        changes: parameters changed because the provider rejected them, a line each.
        reported: the name and version that the server gives its model; None if it gives none.
        answered: whether this model has ever answered; if so, a rejected request says nothing about the others.

    Args:
        url: the address, for errors.
        open_client: makes what sends.
        limiter: how many requests at once.
        budget: how many requests, minutes and dollars in all.
        tries: how often to send a request that fails.
    """

    def __init__(
        self,
        url: str,
        open_client: Callable[[], AbstractAsyncContextManager[Send]],
        limiter: Limiter,
        budget: Budget,
        *,
        tries: int = TRIES,
    ) -> None:
        self.stopped: str | None = None
        self.changes: tuple[str, ...] = ()
        self.reported: str | None = None
        self.answered = False
        self.url, self.open_client = url, open_client
        self.limiter, self.budget, self.tries = limiter, budget, tries
        self.rejected: Rejected = frozenset()
        self.given_up = 0  # requests in a row
        self.draw = random.Random()
        self._reported_raw: str | None = None

    async def send(
        self,
        requests: Sequence[Q],
        dialect: Dialect[Q, A],
        keep: Callable[[Q, A], None],
        miss: Callable[[Q, str], None] | None = None,
        *,
        show: bool = True,
    ) -> None:
        """Send requests, and hand over each answer when it arrives.

        Args:
            requests: n of them.
            dialect: how to write and read them.
            keep: takes an answer.
            miss: takes the reason why a request has no answer; None: all must be answered.
            show: whether to show progress.

        Raises:
            InputError: the server has never answered and will not, or `miss` is None and a request has no answer.
            KeyboardInterrupt: `miss` is None, and the user stopped it.
            BaseException: whatever `keep` raises. Requests in flight end before anything is raised.
        """
        await Batch(self, requests, dialect, keep, miss).run(show=show)

    def note(self, changes: Sequence[str]) -> None:
        """Keep and print lines about changed parameters, each once."""
        for one in changes:
            if one not in self.changes:
                self.changes = (*self.changes, one)
                sys.stderr.write(f"{one}\n")

    def note_model(self, name: object) -> None:
        """Keep what the server calls its model."""
        if isinstance(name, str) and name != self._reported_raw:
            self._reported_raw, self.reported = name, one_line(name)
