"""The flags about models behind an API."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from va_extractor.common.errors import InputError

CONCURRENCY = 64  # most requests at once, without --concurrency


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
