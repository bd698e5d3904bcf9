"""When a request may start: concurrency, requests a minute and tokens a minute."""

from __future__ import annotations

from dataclasses import dataclass

_FIRST_WINDOW = 16.0
_RISE = _BEARABLE = 0.1
_CUT = 0.7  # RFC 9438, 4.6
_SHORTEST_ROUND = 50.0
_MINUTE = 60.0
_CATCH_UP_S = 1.0


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
            self.free_at = max(self.free_at, now - _CATCH_UP_S) + amount * _MINUTE / self.a_minute


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
