"""Progress while answers arrive: live on a terminal, a line every 30 s in a file."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from harness.models.api.limits import Budget

_LIVE_S = 0.25
_LINE_S = 30.0


@dataclass
class Meter:
    """Counts of one batch of requests.

    Attributes:
        total: requests.
        began: seconds, on the clock of `line`.
        answered: requests answered.
        missing: requests given up.
        faults: responses that were not answers.
        prompt_tokens: as the server counted them.
        answer_tokens: of reasoning and answers, as the server counted them.
        waits_until: when the server's wait ends.
    """

    total: int
    began: float
    answered: int = 0
    missing: int = 0
    faults: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    waits_until: float = 0.0

    def line(self, now: float, in_flight: int, budget: Budget) -> str:
        """Return all in one line."""
        seconds = max(now - self.began, 1e-9)
        rate = self.answered / seconds
        left = self.total - self.answered - self.missing
        parts = [
            f"{self.answered:,} of {self.total:,} answered",
            f"{rate:.1f}/s with {in_flight} in flight",
            f"{self.faults:,} faults",
        ]
        if self.prompt_tokens or self.answer_tokens:
            parts.append(f"{self.prompt_tokens:,} + {self.answer_tokens:,} tokens")
        if self.missing:
            parts.insert(1, f"{self.missing:,} missing")
        if budget.has_price:
            parts.append(f"${budget.spent:.2f}")
        if self.waits_until > now:
            parts.append(f"waiting {self.waits_until - now:.0f} s")
        elif rate > 0 and left > 0:
            parts.append(f"{_duration(left / rate)} left")
        return ", ".join(parts)


@asynccontextmanager
async def shown(line: Callable[[], str] | None) -> AsyncIterator[None]:
    """Show `line()` on standard error while the context lasts; nothing for None."""
    if line is None:
        yield
        return
    live = sys.stderr.isatty()
    task = asyncio.get_running_loop().create_task(_live(line) if live else _lines(line))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _live(line: Callable[[], str]) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        while True:
            live.update(Text(line(), style="dim", overflow="ellipsis", no_wrap=True), refresh=True)
            await asyncio.sleep(_LIVE_S)


async def _lines(line: Callable[[], str]) -> None:
    while True:
        await asyncio.sleep(_LINE_S)
        sys.stderr.write(line() + "\n")
        sys.stderr.flush()


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
