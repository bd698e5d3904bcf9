"""lm-eval's completion back ends, which give log-likelihoods as chat APIs do not, asked by our own rules.

lm-eval gives up after three refusals, which take eight seconds, and writes the key into the log with each of them.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, TypeVar

from lm_eval.models.openai_completions import LocalCompletionsAPI, OpenAICompletionsAPI
from tqdm import tqdm

from harness.api import faults
from harness.api.faults import Fault, Mean, NoReplyError
from harness.api.http_client import Send, open_client
from harness.api.limiter import Limiter
from harness.api.providers import COMPLETIONS, held_key
from harness.api.retry import TRIES, Again, Tries, decide
from harness.api.words import one_line
from va_extractor.errors import InputError

T = TypeVar("T")
Body = Mapping[str, Any]
_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class Completions(LocalCompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`local-completions`, with up to `num_concurrent` requests at once.

    Args:
        key_variable: the environment variable that holds the key; None for the usual ones, and no key where there are
            none.
        max_retries: how often a request is sent that meets a fault; one that is pushed back is sent for 15 minutes.
    """

    backend = "local-completions"
    _concurrent: int

    def __init__(self, *args: Any, key_variable: str | None = None, max_retries: int = TRIES, **kwargs: Any) -> None:
        self._key, _ = held_key(self.backend, (key_variable,) if key_variable else COMPLETIONS[self.backend])
        super().__init__(*args, auth_token=self._key, **kwargs)
        self._tries = max(1, int(max_retries))
        self._at_once = max(1, int(self._concurrent))
        self._limiter = Limiter(self._at_once)
        self._concurrent = max(2, self._at_once)  # lm-eval's way of one request at a time does not come through here
        self._draw = random.Random()

    @property
    def header(self) -> dict[str, str]:
        """Return the header that holds the key."""
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    async def get_batched_requests(
        self,
        requests: Sequence[Any],
        cache_keys: Sequence[Any],
        *,
        generate: bool = True,
        ctxlens: Any = None,
        **kwargs: Any,
    ) -> list[list[Any]]:
        """Ask lm-eval's requests in batches of its size, and hand each answer over the moment it arrives.

        Raises:
            InputError: one could not be answered.
        """
        size = int(self._batch_size)
        parts = [slice(start, start + size) for start in range(0, len(requests), size)]

        def read(place: int, body: Body) -> list[Any]:
            part = parts[place]
            answers: list[Any] = (
                self.parse_generations(outputs=body)
                if generate
                else self.parse_logprobs(outputs=body, tokens=requests[part], ctxlens=ctxlens[part])
            )
            if len(answers) != len(requests[part]) or None in answers:
                raise ValueError("an answer is missing")
            for key, answer in zip(cache_keys[part], answers, strict=True):
                if key is not None:
                    self.cache_hook.add_partial("generate_until" if generate else "loglikelihood", key, answer)
            bar.update(1)
            return answers

        payloads = [self._payload(requests[part], generate=generate, **kwargs) for part in parts]
        with tqdm(total=len(parts), desc="Requesting API") as bar:
            return await self.exchange(payloads, read)

    async def exchange(self, payloads: Sequence[Mapping[str, Any]], read: Callable[[int, Body], T]) -> list[T]:
        """Send each payload until it is answered.

        Args:
            payloads: n bodies.
            read: reads the body of the answer to payload i; what it raises of a malformed one makes that a fault.

        Returns:
            What was read, n of them.

        Raises:
            InputError: one could not be answered.
        """
        answers: dict[int, T] = {}
        places = iter(range(len(payloads)))
        self._freed = asyncio.Condition()
        async with self._open() as send:

            async def work() -> None:
                for place in places:
                    payload = json.dumps(payloads[place]).encode()
                    answers[place] = await self._ask(send, payload, partial(read, place))

            await asyncio.gather(*(work() for _ in range(min(self._at_once, len(payloads)))))
        return [answers[place] for place in range(len(payloads))]

    async def _ask(self, send: Send, payload: bytes, read: Callable[[Body], T]) -> T:
        met = Tries()
        while True:
            started = await self._begin()
            outcome = await self._exchange(send, payload, read)
            now = time.monotonic()
            if not isinstance(outcome, Fault):
                self._limiter.answered(now, 0)
                await self._end()
                return outcome
            self._limiter.failed(now, started, pushed_back=outcome.pushes_back)
            again = self._after(outcome, met, now)
            if again.pause is not None:
                self._limiter.pause(again.pause)
            await self._end()
            await asyncio.sleep(again.due - now)

    def _after(self, fault: Fault, met: Tries, now: float) -> Again:
        """Return when to ask again.

        Raises:
            InputError: never.
        """
        words = one_line(fault.said.message, [self._key] if self._key else [])
        words = words if self.base_url in words else f"{self.base_url}: {words}"
        if fault.mean in {Mean.REFUSED, Mean.FILTERED}:
            raise InputError(words)
        decision = decide(met, fault, words, now=now, most_tries=self._tries, draw=self._draw)
        if not isinstance(decision, Again):
            raise InputError(decision.words)
        return decision

    async def _begin(self) -> float:
        """Wait until a request may start, and start it; return when that is."""
        while True:
            async with self._freed:
                await self._freed.wait_for(lambda: self._limiter.delay(time.monotonic()) is not None)
            now = time.monotonic()
            delay = self._limiter.delay(now)
            if delay == 0:
                self._limiter.start(now, 0)
                return now
            await asyncio.sleep(delay or 0.0)

    async def _end(self) -> None:
        async with self._freed:
            self._freed.notify_all()

    async def _exchange(self, send: Send, payload: bytes, read: Callable[[Body], T]) -> T | Fault:
        try:
            body = faults.judge(await send(payload), self.base_url)
        except NoReplyError as error:
            return faults.lost(error, self.base_url)
        if isinstance(body, Fault):
            return body
        try:
            return read(body)
        except _MALFORMED as error:
            return faults.unreadable(f"{self.base_url}: an answer without what was asked for ({error!r})")

    def _open(self) -> AbstractAsyncContextManager[Send]:
        return open_client(self.base_url, self.header, self.timeout, verify=self.verify_certificate)

    def _payload(self, messages: Any, *, generate: bool, gen_kwargs: Any = None) -> dict[str, Any]:
        given = copy.deepcopy(gen_kwargs)  # lm-eval takes out what it reads
        made: dict[str, Any] = self._create_payload(
            self.create_message(messages), generate=generate, gen_kwargs=given, seed=self._seed, eos=self.eos_string
        )
        return made


class OpenAICompletions(Completions, OpenAICompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`openai-completions`."""

    backend = "openai-completions"
