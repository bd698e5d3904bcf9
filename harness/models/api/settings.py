"""What a run's flags say about asking an API."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from va_extractor.common.errors import InputError

CONCURRENCY = 64  # no more than this many requests at once, unless --concurrency says so


@dataclass(frozen=True)
class ApiSettings:
    """Limits of asking; None where the user set none.

    Attributes:
        concurrency: most requests in flight at once.
        reasoning_effort: passed through in the provider's own words.
        max_cost: US dollars.
        max_requests: requests sent, further tries included.
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
        """Refuse what cannot be meant.

        Raises:
            InputError: a limit is not above 0; the message names the flag.
        """
        for name, value in self.given().items():
            if isinstance(value, int | float) and not (math.isfinite(value) and value > 0):
                raise InputError(f"--{flag(name)} {value:g}: a number above 0")

    def given(self) -> dict[str, object]:
        """Return what the user set."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def refuse_for(self, model: str) -> None:
        """Refuse every flag, for a back end that is asked on this machine.

        Raises:
            InputError: one was given.
        """
        for name in self.given():
            raise InputError(f"--{flag(name)}: --model {model} is not asked through an API; leave the flag out")


NO_LIMITS = ApiSettings()


def flag(name: str) -> str:
    """Return a field's flag, without its two dashes."""
    return name.replace("_", "-")
