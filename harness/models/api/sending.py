"""Sending many bodies to one address, as many at once as it bears, each until it is answered."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any, TypeVar

from harness.models.api import faults
from harness.models.api.faults import Fault, Mean, NoReplyError
from harness.models.api.http_client import Send
from harness.models.api.limiter import Limiter
from harness.models.api.retry import Again, Tries, decide
from harness.models.api.words import one_line
from va_extractor.common.errors import InputError

T = TypeVar("T")
Body = Mapping[str, Any]
_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class Sending:
    """Send by the rules of `harness.models.api.client`, without a budget; no answer may be missing.

    Args:
        url: where, for errors.
        open_client: makes what sends.
        at_once: most requests in flight.
        tries: how often a body is sent that meets a fault; one that is pushed back is sent for 15 minutes.
    """

    def __init__(
        self,
        url: str,
        open_client: Callable[[], AbstractAsyncContextManager[Send]],
        at_once: int,
        tries: int,
    ) -> None:
        self.at_once = at_once
        self._url, self._open, self._tries = url, open_client, tries
        self._limiter = Limiter(at_once)
        self._draw = random.Random()

    async def all(self, payloads: Sequence[Mapping[str, Any]], read: Callable[[int, Body], T]) -> list[T]:
        """Send each payload until it is answered.

        Args:
            payloads: n bodies.
            read: reads the body of the answer to payload i; what it raises of a malformed one makes that a fault.

        Returns:
            What was read, n of them.

        Raises:
            InputError: one could not be answered; what was in flight beside it has ended.
        """
        answers: dict[int, T] = {}
        failures: list[InputError] = []
        places = iter(range(len(payloads)))
        self._freed, self._ending = asyncio.Condition(), asyncio.Event()

        async def work(send: Send) -> None:
            for place in places:
                payload = json.dumps(payloads[place]).encode()
                try:
                    answers[place] = await self._ask(send, payload, partial(read, place))
                except _EndingError:
                    return
                except InputError as error:
                    failures.append(error)
                    await self._end_all()

        async with self._open() as send:
            workers = asyncio.gather(*(work(send) for _ in range(min(self.at_once, len(payloads)))))
            try:
                await asyncio.shield(workers)
            except asyncio.CancelledError:  # Ctrl-C, of which a second one does not come here
                await self._end_all()
                await workers
                raise
        if failures:
            raise failures[0]
        return [answers[place] for place in range(len(payloads))]

    async def _ask(self, send: Send, payload: bytes, read: Callable[[Body], T]) -> T:
        met = Tries()
        while True:
            started = await self._begin()
            outcome = await self._exchange(send, payload, read)
            now = time.monotonic()
            if not isinstance(outcome, Fault):
                self._limiter.answered(now, 0)
                await self._notify()
                return outcome
            self._limiter.failed(now, started, pushed_back=outcome.pushes_back)
            again = self._after(outcome, met, now)
            if again.pause is not None:
                self._limiter.pause(again.pause)
            await self._notify()
            await self._sleep(again.due - now)

    def _after(self, fault: Fault, met: Tries, now: float) -> Again:
        """Return when to ask again.

        Raises:
            InputError: no more.
        """
        words = one_line(fault.said.message)
        words = words if self._url in words else f"{self._url}: {words}"
        if fault.mean in {Mean.REFUSED, Mean.FILTERED}:
            raise InputError(words)
        decision = decide(met, fault, words, now=now, most_tries=self._tries, draw=self._draw)
        if not isinstance(decision, Again):
            raise InputError(decision.words)
        return decision

    async def _begin(self) -> float:
        """Wait until a request may start, and start it; return when that is.

        Raises:
            _EndingError: nothing more is to be asked.
        """
        while not self._ending.is_set():
            now = time.monotonic()
            delay = self._limiter.delay(now)
            if delay == 0:
                self._limiter.start(now, 0)
                return now
            if delay is not None:
                await self._sleep(delay)
                continue
            async with self._freed:
                await self._freed.wait_for(
                    lambda: self._ending.is_set() or self._limiter.delay(time.monotonic()) is not None
                )
        raise _EndingError

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but for no longer than anything is to be asked."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    async def _end_all(self) -> None:
        self._ending.set()
        await self._notify()

    async def _notify(self) -> None:
        async with self._freed:
            self._freed.notify_all()

    async def _exchange(self, send: Send, payload: bytes, read: Callable[[Body], T]) -> T | Fault:
        try:
            body = faults.judge(await send(payload), self._url)
        except NoReplyError as error:
            return faults.lost(error, self._url)
        if isinstance(body, Fault):
            return body
        try:
            return read(body)
        except _MALFORMED as error:
            return faults.unreadable(f"{self._url}: an answer without what was asked for ({error!r})")


class _EndingError(Exception):
    """Nothing more is to be asked."""
