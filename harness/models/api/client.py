"""Asking many questions: as many at once as the provider bears, each until it is answered or given up."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager

from harness.models.api import faults, terms, waiting
from harness.models.api.budget import Budget, Tokens
from harness.models.api.dialect import dialect_of
from harness.models.api.faults import Fault, Mean, NoReplyError
from harness.models.api.http_client import Send
from harness.models.api.limiter import Limiter
from harness.models.api.progress import Meter, shown
from harness.models.api.providers import Endpoint
from harness.models.api.question import Question
from harness.models.api.reading import UnreadableError
from harness.models.api.retry import PATIENCE_S, TRIES, Again, Attempt, End, decide
from harness.models.api.terms import Terms
from harness.models.api.words import one_line
from harness.record import Answer
from va_extractor.common.errors import InputError

_HOPELESS, _HOPELESS_AT_FIRST = 10, 3  # questions given up in a row
_FEWEST_WAITING = 64  # so many wait to be asked again before no fresh question is begun
Keep = Callable[[Question, Answer], None]


class Client:
    """Asks one model; what it learned and spent lasts for all its tasks.

    Attributes:
        stopped: why it ended before all was asked; None where it did not.
        changes: what the provider did not accept, and what was done about it.
        reported: the model that the provider says it is; None where it says nothing.

    Args:
        given: `--model` as typed, for errors.
        endpoint: where.
        open_client: makes what sends.
        limiter: how much at once.
        budget: how much in all.
        tries: how often a question is asked that meets a fault.
    """

    def __init__(
        self,
        given: str,
        endpoint: Endpoint,
        open_client: Callable[[], AbstractAsyncContextManager[Send]],
        limiter: Limiter,
        budget: Budget,
        *,
        tries: int = TRIES,
    ) -> None:
        self.stopped: str | None = None
        self.changes: tuple[str, ...] = ()
        self.reported: str | None = None
        self._said_model: str | None = None
        self._given = given
        self._endpoint, self._open = endpoint, open_client
        self._limiter, self._budget = limiter, budget
        self._most_tries = tries
        self._dialect = dialect_of(endpoint)
        self._terms = Terms()
        self._draw = random.Random()
        self._ever_answered = False
        self._in_vain = 0

    def has_answered(self) -> None:
        """Note that the model has answered before: a question that is refused now says nothing about the others."""
        self._ever_answered = True

    async def ask(self, questions: Sequence[Question], keep: Keep) -> None:
        """Ask questions, and hand each answer over the moment it arrives, or why there is none.

        Raises:
            InputError: nothing was ever answered, and nothing will be.
            Whatever `keep` raises, after what was in flight has ended.
        """
        self._loop = asyncio.get_running_loop()
        self._keep = keep
        self._fresh: Iterator[Question] = iter(questions)
        self._held: Attempt | None = None
        self._again: list[tuple[float, int, Attempt]] = []
        self._number = itertools.count()
        self._running: dict[Attempt, asyncio.Task[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._failure: BaseException | None = None
        self._meter = Meter(len(questions), self._loop.time())
        self._note(self._dialect.unsent(self._endpoint, questions[0].generation) if questions else ())
        self._ended = self._loop.create_future()
        async with self._open() as self._send, shown(self._line):
            with self._interruptible():
                self._pump()
                await self._ended
        if self._failure is not None:
            raise self._failure
        for attempt in (*([self._held] if self._held else []), *(entry[2] for entry in self._again)):
            self._keep(attempt.question, Answer(missing=self._unasked(attempt)))
        for question in self._fresh:
            self._keep(question, Answer(missing=f"not asked: {self.stopped}"))

    def _pump(self) -> None:
        """Start whatever may start now, and come back when more may; called whenever something ended."""
        while self.stopped is None:
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
                    self.stopped = limit
                break
            self._limiter.start(now, attempt.question.tokens())
            self._budget.reserve(attempt.most)
            self._running[attempt] = self._loop.create_task(self._try(attempt, now))
        if not self._running and (self.stopped is not None or self._timer is None) and not self._ended.done():
            self._ended.set_result(None)

    def _next(self, now: float) -> Attempt | None:
        """Take the question to ask next: one held back, one whose time to be asked again has come, or a fresh one."""
        if self._held is not None:
            held, self._held = self._held, None
            return held
        if self._again and self._again[0][0] <= now:
            return heapq.heappop(self._again)[2]
        crowded = len(self._again) >= max(_FEWEST_WAITING, 8 * self._limiter.ceiling)
        question = None if crowded else next(self._fresh, None)
        if question is None:
            return None
        return Attempt(question, Tokens(question.tokens(), question.generation.max_tokens))

    def _come_back(self, now: float, delay: float) -> None:
        """Pump again after `delay` seconds, or when the first question to be asked again is due."""
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
        """Ask once, and settle what came of it."""
        sent = self._terms
        try:
            outcome = await self._exchange(attempt, sent)
            if isinstance(outcome, Answer):
                self._answered(attempt, outcome)
            else:
                self._failed(attempt, outcome, started, sent)
        except asyncio.CancelledError:  # the user's second Ctrl-C
            self._limiter.failed(self._loop.time(), started, pushed_back=False)
            self._budget.settle(attempt.most, attempt.most)
            self._ask_again(attempt, 0.0, "stopped while it was being asked")
        except BaseException as error:  # an answer that cannot be kept ends the run; the rest in flight still ends
            self._failure = self._failure or error
            self.stopped = self.stopped or str(error)
        del self._running[attempt]
        self._pump()

    async def _exchange(self, attempt: Attempt, sent: Terms) -> Answer | Fault:
        question, url = attempt.question, self._endpoint.url or self._endpoint.name
        payload = self._dialect.payload(self._endpoint, question.messages(), question.generation, sent)
        try:
            reply = await self._send(json.dumps(payload).encode())
        except NoReplyError as error:
            return faults.lost(error, url)
        pause = waiting.exhausted(reply.headers, attempt.most.prompt)
        if pause is not None:
            self._wait(self._loop.time(), min(pause, PATIENCE_S))
        body = faults.judge(reply, url)
        if isinstance(body, Fault):
            return body
        try:
            answer = self._dialect.read(body)
        except UnreadableError as error:
            return faults.unreadable(str(error))
        model = body.get("model")
        if isinstance(model, str) and model != self._said_model:
            self._said_model, self.reported = model, one_line(model)
        return self._cut(answer, question, sent)

    def _cut(self, answer: Answer, question: Question, sent: Terms) -> Answer:
        """Cut an answer off at the stop texts that could not be sent."""
        stops = self._dialect.unsent_stops(question.generation) if sent.accepts("stop") else question.generation.stop
        text, cut = terms.cut(answer.text or "", stops)
        return answer.model_copy(update={"text": text, "finish": "stop"}) if cut else answer

    def _answered(self, attempt: Attempt, answer: Answer) -> None:
        """Keep an answer before anything else, then free its place."""
        self._keep(attempt.question, answer)
        self._ever_answered, self._in_vain = True, 0
        most = attempt.most
        used = Tokens(
            most.prompt if answer.prompt_tokens is None else answer.prompt_tokens,
            most.answer if answer.answer_tokens is None else answer.answer_tokens,
        )
        self._budget.settle(most, used)
        self._meter.answered += 1
        self._meter.prompt_tokens += answer.prompt_tokens or 0
        self._meter.answer_tokens += answer.answer_tokens or 0
        self._limiter.answered(self._loop.time(), used.prompt + (answer.answer_tokens or 0) - most.prompt)

    def _failed(self, attempt: Attempt, fault: Fault, started: float, sent: Terms) -> None:
        """Do what is decided about a question whose asking met a fault."""
        if fault.mean is Mean.FILTERED:
            self._answered(attempt, Answer(text="", finish="content_filter", prompt_tokens=0, answer_tokens=0))
            return
        now = self._loop.time()
        words = one_line(fault.said.message)
        self._meter.faults += 1
        self._limiter.failed(now, started, pushed_back=fault.pushes_back)
        self._budget.settle(attempt.most, attempt.most if fault.maybe_paid else None)
        if fault.mean is Mean.REFUSED:
            self._refused(attempt, fault, sent, words)
            return
        decision = decide(attempt, fault, words, now=now, most_tries=self._most_tries, draw=self._draw)
        if isinstance(decision, Again):
            if decision.pause is not None:
                self._wait(now, decision.pause - now)
            self._ask_again(attempt, decision.due, words)
        elif isinstance(decision, End):
            self._end(decision.words)
            self._ask_again(attempt, now, decision.words)
        else:
            self._give_up(attempt, decision.words, unreachable=fault.unreachable)

    def _refused(self, attempt: Attempt, fault: Fault, sent: Terms, words: str) -> None:
        """Leave out the parameter that the provider does not accept, and ask at once."""
        question = attempt.question
        parameter = terms.refused(fault.said, sent, question.generation, question.messages())
        if parameter is None:
            self._give_up(attempt, words)
            return
        if self._terms.accepts(parameter):
            self._terms = self._terms.without(parameter)
            self._note((terms.change(parameter, question.generation, words),))
        self._ask_again(attempt, 0.0, words)

    def _give_up(self, attempt: Attempt, words: str, *, unreachable: bool = False) -> None:
        self._meter.missing += 1
        self._keep(attempt.question, Answer(missing=words))
        self._in_vain += 1
        hopeless = _HOPELESS if self._ever_answered else min(_HOPELESS_AT_FIRST, self._meter.total)
        if self._in_vain >= hopeless or (unreachable and not self._ever_answered):
            self._end(words)

    def _end(self, words: str) -> None:
        """Ask nothing more: an error where nothing was ever answered, else the reason why the run stopped."""
        self.stopped = self.stopped or words
        if not self._ever_answered:
            self._failure = self._failure or InputError(f"--model {self._given}: {words}")

    def _ask_again(self, attempt: Attempt, due: float, words: str) -> None:
        attempt.words = words
        heapq.heappush(self._again, (due, next(self._number), attempt))

    def _wait(self, now: float, seconds: float) -> None:
        self._limiter.pause(now + seconds)
        self._meter.waits_until = max(self._meter.waits_until, now + seconds)

    def _unasked(self, attempt: Attempt) -> str:
        return f"not answered: {attempt.words}" if attempt.words else f"not asked: {self.stopped}"

    def _note(self, changes: Sequence[str]) -> None:
        for one in changes:
            if one not in self.changes:
                self.changes = (*self.changes, one)
                sys.stderr.write(f"{one}\n")

    def _line(self) -> str:
        return self._meter.line(self._loop.time(), len(self._running), self._budget)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl-C end the asking: once, and what is in flight still ends; twice, and nothing is waited for."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            self._loop.remove_signal_handler(signal.SIGINT)

    def _interrupt(self) -> None:
        if self.stopped is None:
            self.stopped = "stopped by Ctrl-C"
            sys.stderr.write(f"\nfinishing {len(self._running)} requests in flight; Ctrl-C again leaves them\n")
        else:
            for task in self._running.values():
                task.cancel()
        self._pump()
