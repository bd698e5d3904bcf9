"""Limits on requests, minutes and money; the limit on money is never exceeded."""

from __future__ import annotations

from dataclasses import dataclass

from harness.models.api.prices import Price
from harness.models.api.settings import ApiSettings


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
