"""The requests of one call: which to send next, and what to do when one ends."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from harness.models.api import faults
from harness.models.api.dialect import A, Dialect, Q, Rejected, UnreadableError
from harness.models.api.faults import Fault, FaultAction, TransportError, one_line, until_reset
from harness.models.api.limits import PATIENCE_S, Tokens, backoff
from harness.models.api.progress import Meter, shown
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.models.api.sender import Sender

_HOPELESS, _HOPELESS_AT_FIRST = 10, 3  # requests given up in a row
_MOST_WAITING = 64  # start no new request while more than this many wait to be sent again


@dataclass(eq=False, slots=True)
class Attempt:
    """A request that is being sent.

    Attributes:
        request: the request.
        most: tokens that it can need.
        tries: faults so far, without those of a busy server.
        busy: how often the server was busy.
        busy_since: the first time, on a monotonic clock.
        reason: the last fault; empty if there was none.
    """

    request: Any
    most: Tokens
    tries: int = 0
    busy: int = 0
    busy_since: float = 0.0
    reason: str = ""

    def count_fault(self, fault: Fault, now: float, most_tries: int) -> str | None:
        """Count a fault; return why the request is given up, or None if it may be sent again."""
        if fault.action is FaultAction.WAIT:
            self.busy_since = self.busy_since if self.busy else now
            self.busy += 1
            return f"busy for {PATIENCE_S / 60:.0f} minutes" if now - self.busy_since > PATIENCE_S else None
        self.tries += 1
        return f"sent {self.tries} times" if self.tries >= most_tries else None


class Batch(Generic[Q, A]):
    """The requests of one call of `Sender.send`; arguments as there."""

    def __init__(
        self,
        sender: Sender,
        requests: Sequence[Q],
        dialect: Dialect[Q, A],
        keep: Callable[[Q, A], None],
        miss: Callable[[Q, str], None] | None,
    ) -> None:
        self._sender, self._dialect = sender, dialect
        self._keep, self._miss = keep, miss
        self._limiter, self._budget = sender.limiter, sender.budget
        self._fresh = iter(requests)
        self._held: Attempt | None = None
        self._again: list[tuple[float, int, Attempt]] = []
        self._number = itertools.count()
        self._running: dict[Attempt, asyncio.Task[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._failure: BaseException | None = None
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._meter = Meter(len(requests), self._loop.time())
        sender.note(dialect.unsent(requests[0]) if requests else ())

    async def run(self, *, show: bool) -> None:
        """Send them all; errors as `Sender.send`."""
        async with self._sender.open_client() as self._send, shown(self._line if show else None):
            with self._interruptible():
                self._pump()
                await self._ended
        if self._failure is not None:
            raise self._failure
        for attempt in filter(None, (self._held, *(entry[2] for entry in self._again))):
            self._missing(attempt.request, attempt.reason and f"not answered: {attempt.reason}")
        for request in self._fresh:
            self._missing(request, "")

    def _pump(self) -> None:
        """Start whatever may start now, and come back when more may; called whenever a request ended."""
        while self._sender.stopped is None:
            now = self._loop.time()
            delay = self._limiter.delay(now)
            if delay is None:
                break
            attempt = self._next(now) if delay == 0 else None
            if attempt is None:
                self._come_back(now, delay)
                break
            limit = self._budget.refuses(now, attempt.most)
            if limit is not None:
                self._held = attempt
                if not self._running:
                    self._sender.stopped = limit
                break
            self._limiter.start(now, attempt.most.prompt)
            self._budget.reserve(attempt.most)
            self._running[attempt] = self._loop.create_task(self._try(attempt, now))
        if not self._running and (self._sender.stopped is not None or self._timer is None) and not self._ended.done():
            self._ended.set_result(None)

    def _next(self, now: float) -> Attempt | None:
        """Return the request to send next: one held back, one that is due again, or a new one."""
        if self._held is not None:
            held, self._held = self._held, None
            return held
        if self._again and self._again[0][0] <= now:
            return heapq.heappop(self._again)[2]
        crowded = len(self._again) >= max(_MOST_WAITING, 8 * self._limiter.ceiling)
        request = None if crowded else next(self._fresh, None)
        return None if request is None else Attempt(request, self._dialect.most_tokens(request))

    def _come_back(self, now: float, delay: float) -> None:
        """Pump again after `delay` seconds, or when the first request is due again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay > 0:
            self._timer = self._loop.call_later(delay, self._tick)
        elif self._again:
            self._timer = self._loop.call_later(max(0.0, self._again[0][0] - now), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._pump()

    async def _try(self, attempt: Attempt, started: float) -> None:
        """Send once, and handle the outcome."""
        sent = self._sender.rejected
        try:
            outcome = await self._exchange(attempt, sent)
            if isinstance(outcome, Fault):
                self._failed(attempt, outcome, started, sent)
            else:
                self._answered(attempt, outcome)
        except asyncio.CancelledError:  # the user's second Ctrl-C
            self._limiter.failed(self._loop.time(), started, pushed_back=False)
            self._budget.settle(attempt.most, attempt.most)
            self._send_again(attempt, 0.0, "stopped before the answer arrived")
        except BaseException as error:  # such as an answer that cannot be kept
            self._fail(error)
        del self._running[attempt]
        self._pump()

    async def _exchange(self, attempt: Attempt, sent: Rejected) -> A | Fault:
        payload = self._dialect.payload(attempt.request, sent)
        try:
            reply = await self._send(json.dumps(payload).encode())
        except TransportError as error:
            return faults.lost(error)
        pause = until_reset(reply.headers, attempt.most.prompt)
        if pause is not None:
            self._wait(self._loop.time(), min(pause, PATIENCE_S))
        body = faults.judge(reply)
        if isinstance(body, Fault):
            return body
        try:
            answer = self._dialect.parse(attempt.request, body, sent)
        except UnreadableError as error:
            return faults.unreadable(str(error))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            return faults.unreadable(f"an answer without the requested data ({error!r})")
        self._sender.note_model(body.get("model"))
        return answer

    def _answered(self, attempt: Attempt, answer: A) -> None:
        """Keep an answer before anything else, then free its place."""
        self._keep(attempt.request, answer)
        self._sender.answered, self._sender.given_up = True, 0
        most, (prompt, generated) = attempt.most, self._dialect.used_tokens(answer)
        used = Tokens(most.prompt if prompt is None else prompt, most.answer if generated is None else generated)
        self._budget.settle(most, used)
        self._meter.answered += 1
        self._meter.prompt_tokens += prompt or 0
        self._meter.answer_tokens += generated or 0
        self._limiter.answered(self._loop.time(), used.prompt + (generated or 0) - most.prompt)

    def _failed(self, attempt: Attempt, fault: Fault, started: float, sent: Rejected) -> None:
        """Handle a fault."""
        filtered = self._dialect.filtered() if fault.action is FaultAction.FILTERED else None
        if filtered is not None:
            self._answered(attempt, filtered)
            return
        now = self._loop.time()
        reason = one_line(fault.error.message)
        self._meter.faults += 1
        self._limiter.failed(now, started, pushed_back=fault.pushes_back)
        self._budget.settle(attempt.most, attempt.most if fault.maybe_paid else None)
        if fault.action in (FaultAction.REJECTED, FaultAction.FILTERED):
            self._rejected(attempt, fault, sent, reason)
            return
        asked = fault.wait
        if fault.action is FaultAction.FATAL:
            self._stop_at(attempt, now, reason)
        elif asked is not None and asked > PATIENCE_S:
            self._stop_at(attempt, now, f"the server asks to wait {asked / 60:.0f} minutes: {reason}")
        elif (enough := attempt.count_fault(fault, now, self._sender.tries)) is not None:
            self._give_up(attempt, f"{reason} ({enough})", unreachable=fault.lost == "connect")
        else:
            if fault.action is FaultAction.WAIT and asked is not None:
                self._wait(now, asked)
            tries = attempt.busy if fault.action is FaultAction.WAIT else attempt.tries
            self._send_again(attempt, now + (backoff(tries, self._sender.draw) if asked is None else asked), reason)

    def _rejected(self, attempt: Attempt, fault: Fault, sent: Rejected, reason: str) -> None:
        """Send again at once without the parameter that the provider rejected; without one, give up."""
        found = self._dialect.rejected(attempt.request, fault.error, sent)
        if found is None:
            self._give_up(attempt, reason)
            return
        param, change = found
        if param not in self._sender.rejected:
            self._sender.rejected |= {param}
            self._sender.note((change,))
        self._send_again(attempt, 0.0, reason)

    def _give_up(self, attempt: Attempt, reason: str, *, unreachable: bool = False) -> None:
        self._meter.missing += 1
        self._missing(attempt.request, reason)
        sender = self._sender
        sender.given_up += 1
        hopeless = _HOPELESS if sender.answered else min(_HOPELESS_AT_FIRST, self._meter.total)
        if sender.given_up >= hopeless or (unreachable and not sender.answered):
            self._stop(reason)

    def _missing(self, request: Q, reason: str) -> None:
        """Report a request without an answer; no reason: it was not sent."""
        if self._miss is None:
            raise InputError(reason or str(self._sender.stopped), code="model", file=self._sender.url)
        self._miss(request, reason or f"not asked: {self._sender.stopped}")

    def _stop(self, reason: str) -> None:
        """Send nothing more. If nothing was ever answered, this is an error."""
        self._sender.stopped = self._sender.stopped or reason
        if self._miss is None or not self._sender.answered:
            self._fail(InputError(reason, code="model", file=self._sender.url))

    def _stop_at(self, attempt: Attempt, now: float, reason: str) -> None:
        self._stop(reason)
        self._send_again(attempt, now, reason)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._sender.stopped = self._sender.stopped or str(error)

    def _send_again(self, attempt: Attempt, due: float, reason: str) -> None:
        attempt.reason = reason
        heapq.heappush(self._again, (due, next(self._number), attempt))

    def _wait(self, now: float, seconds: float) -> None:
        self._limiter.pause(now + seconds)
        self._meter.waits_until = max(self._meter.waits_until, now + seconds)

    def _line(self) -> str:
        return self._meter.line(self._loop.time(), len(self._running), self._budget)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """On Ctrl-C, let the requests in flight end; on a second one, leave them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            self._loop.remove_signal_handler(signal.SIGINT)

    def _interrupt(self) -> None:
        if self._sender.stopped is None:
            self._sender.stopped = "stopped by Ctrl-C"
            if self._miss is None:
                self._failure = KeyboardInterrupt()
            sys.stderr.write(f"\nfinishing {len(self._running)} requests in flight; Ctrl-C again leaves them\n")
        else:
            for task in self._running.values():
                task.cancel()
        self._pump()
