"""Limits of an API run: the flags, money and requests, when a request may start, and how long to wait after a fault."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.models.api.prices import Price

CONCURRENCY = 64  # most requests at once, without --concurrency
TRIES = 8
PATIENCE_S = 900.0  # give up on a server that is busy for longer
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 60.0
_FIRST_WINDOW = 16.0
_RISE = _BEARABLE = 0.1
_CUT = 0.7  # RFC 9438, 4.6
_SHORTEST_ROUND = 50.0
_CATCH_UP_S = 1.0


@dataclass(frozen=True)
class ApiSettings:
    """Limits and options; None if not given.

    Attributes:
        concurrency: most requests in flight at once.
        reasoning_effort: in the provider's words.
        max_cost: US dollars.
        max_requests: requests sent, retries included.
        max_minutes: wall time.
        requests_per_minute: spread evenly.
        tokens_per_minute: of prompts and answers, spread evenly.
        prices: the user's own price file.
    """

    concurrency: int | None = None
    reasoning_effort: str | None = None
    max_cost: float | None = None
    max_requests: int | None = None
    max_minutes: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    prices: Path | None = None

    def __post_init__(self) -> None:
        """Check the limits.

        Raises:
            InputError: a limit is not above 0.
        """
        for name, value in self.given().items():
            if isinstance(value, int | float) and not (math.isfinite(value) and value > 0):
                raise InputError("not above 0", code="range", field=f"--{flag(name)}", found=value)

    def given(self) -> dict[str, object]:
        """Return the flags that were given."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def refuse_for(self, model: str) -> None:
        """Refuse every flag, for a model that is not behind an API.

        Raises:
            InputError: one was given.
        """
        for name in self.given():
            what = f"--model {model} is not behind a chat API"
            raise InputError(what, code="conflict", field=f"--{flag(name)}", hint="remove the flag")


NO_LIMITS = ApiSettings()


def flag(name: str) -> str:
    """Return a field's flag, without its two dashes."""
    return name.replace("_", "-")


@dataclass(frozen=True)
class Tokens:
    """Tokens of one request: the prompt's, and those of answer and reasoning."""

    prompt: int
    answer: int


class Budget:
    """What was spent, and what the requests in flight can still cost.

    Args:
        settings: the limits.
        price: of the model; None if it is not known.
    """

    def __init__(self, settings: ApiSettings, price: Price | None) -> None:
        self._settings = settings
        self._price = price
        self._began: float | None = None
        self._reserved = 0.0
        self.requests = 0
        self.spent = 0.0

    @property
    def has_price(self) -> bool:
        """Whether the cost can be computed."""
        return self._price is not None

    def refuses(self, now: float, most: Tokens) -> str | None:
        """Return the limit that one more request could exceed; None if it may start.

        Args:
            now: on a monotonic clock.
            most: tokens that it can need.
        """
        limits = self._settings
        self._began = now if self._began is None else self._began
        if limits.max_requests is not None and self.requests >= limits.max_requests:
            return f"--max-requests {limits.max_requests} reached"
        if limits.max_minutes is not None and now - self._began >= limits.max_minutes * 60:
            return f"--max-minutes {limits.max_minutes:g} reached"
        if limits.max_cost is not None and self.spent + self._reserved + self._cost(most) > limits.max_cost:
            return f"--max-cost {limits.max_cost:g}: ${self.spent:.4f} spent, and one more request could exceed it"
        return None

    def reserve(self, most: Tokens) -> None:
        """Count a request that starts, at the most that it can cost."""
        self.requests += 1
        self._reserved += self._cost(most)

    def settle(self, most: Tokens, used: Tokens | None) -> None:
        """Count a request that ended, at the tokens it used; None if the server made nothing."""
        self._reserved -= self._cost(most)
        if used is not None:
            self.spent += self._cost(used)

    def _cost(self, tokens: Tokens) -> float:
        return self._price.cost(tokens.prompt, tokens.answer) if self._price else 0.0


@dataclass
class Pace:
    """A rate, spread evenly: the virtual scheduling form of the generic cell rate algorithm (ITU-T I.371).

    What was not used in the last second may still be used.

    Attributes:
        a_minute: the rate; None for no limit.
        free_at: from when more may be taken.
    """

    a_minute: float | None
    free_at: float = 0.0

    def take(self, amount: float, now: float) -> None:
        """Take an amount; a negative one gives back."""
        if self.a_minute is not None:
            self.free_at = max(self.free_at, now - _CATCH_UP_S) + amount * 60.0 / self.a_minute


class Limiter:
    """The window of requests in flight, after TCP's (RFC 5681).

    It doubles with each round of answers until the server is first busy; then it rises by a tenth a round, at least by
    one. A round in which over a tenth of the responses are busy cuts it to 0.7; a rare busy response, which providers
    send at any load, does not. Times are those of a monotonic clock.

    Args:
        ceiling: most requests in flight.
        requests_per_minute: None for no limit.
        tokens_per_minute: likewise.
    """

    def __init__(
        self, ceiling: int, requests_per_minute: float | None = None, tokens_per_minute: float | None = None
    ) -> None:
        self.ceiling = ceiling
        self.window = min(float(ceiling), _FIRST_WINDOW)
        self.in_flight = 0
        self._doubling = True
        self._last_cut = float("-inf")
        self._ended = self._pushed_back = 0  # in this round
        self._paused_until = 0.0
        self._requests, self._tokens = Pace(requests_per_minute), Pace(tokens_per_minute)

    def delay(self, now: float) -> float | None:
        """Return the seconds until one more may start; None if one in flight must end first."""
        if self.in_flight >= int(self.window):
            return None
        return max(0.0, max(self._paused_until, self._requests.free_at, self._tokens.free_at) - now)

    def start(self, now: float, tokens: int) -> None:
        """Count a request that starts, with its estimated tokens."""
        self.in_flight += 1
        self._requests.take(1, now)
        self._tokens.take(tokens, now)

    def answered(self, now: float, surplus: int) -> None:
        """Count a request that was answered; `surplus` is tokens used less tokens estimated."""
        if self.in_flight >= int(self.window) and self.window < self.ceiling:
            step = 1.0 if self._doubling else max(_RISE, 1.0 / self.window)
            self.window = min(float(self.ceiling), self.window + step)
        self._tokens.take(surplus, now)
        self._end()

    def failed(self, now: float, started: float, *, pushed_back: bool) -> None:
        """Count a request that failed; one that started before the last cut changes nothing."""
        if pushed_back and started > self._last_cut:
            self._pushed_back += 1
            if self._pushed_back > _BEARABLE * max(self.window, _SHORTEST_ROUND):
                self.window = max(1.0, self.window * _CUT)
                self._doubling, self._last_cut = False, now
                self._ended = self._pushed_back = 0
        self._end()

    def pause(self, until: float) -> None:
        """Start nothing before a time."""
        self._paused_until = max(self._paused_until, until)

    def _end(self) -> None:
        self.in_flight -= 1
        self._ended += 1
        if self._ended >= max(self.window, _SHORTEST_ROUND):
            self._ended = self._pushed_back = 0


def backoff(tries: int, draw: random.Random) -> float:
    """Return seconds to wait after the n-th try, by the "full jitter" rule (Brooker, AWS Architecture Blog, 2015)."""
    return draw.uniform(0.0, min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(tries, 30)))
