"""How long to wait before asking again: what the provider says, else a jittered backoff."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_BACKOFF_S = 60.0
FIRST_BACKOFF_S = 0.5
_DURATION = re.compile(r"([\d.]+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def backoff(tries: int, draw: random.Random) -> float:
    """Return seconds to wait after the n-th try, by the "full jitter" rule (Brooker, AWS Architecture Blog, 2015)."""
    return draw.uniform(0.0, min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(tries, 30)))


def asked(headers: Mapping[str, str], body: bytes = b"") -> float | None:
    """Return the seconds that a provider asks to wait; None where it does not say.

    `retry-after-ms` (OpenAI, Azure) and `Retry-After`, seconds or an HTTP date (RFC 9110, 10.2.3). A date is compared
    with the response's own `Date`, so that this machine's clock does not matter. Google says it in the body, as
    `"retryDelay": "12s"`.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    given = headers.get("Retry-After")
    if given is not None:
        seconds = _number(given)
        return seconds if seconds is not None else _until(given, headers.get("Date"))
    found = re.search(rb'"retryDelay":\s*"([\d.]+)s"', body)
    return _number(found[1].decode()) if found else None


def exhausted(headers: Mapping[str, str], tokens: float) -> float | None:
    """Return the seconds until more may be asked, where the response says that its limits are used up.

    Args:
        headers: `x-ratelimit-remaining-requests` with `-reset-requests` such as `6m0s` (OpenAI and its like), and
            `anthropic-ratelimit-requests-remaining` with `-reset`, a time of RFC 3339; the same for tokens.
        tokens: that the next request will need.

    Returns:
        None where there is room, or nothing is said.
    """
    waits = []
    for what, needed in (("requests", 1.0), ("tokens", tokens)):
        left = _number(headers.get(f"x-ratelimit-remaining-{what}"))
        reset = _duration(headers.get(f"x-ratelimit-reset-{what}"))
        if left is None:
            left = _number(headers.get(f"anthropic-ratelimit-{what}-remaining"))
            reset = _until(headers.get(f"anthropic-ratelimit-{what}-reset"), headers.get("Date"))
        if left is not None and reset is not None and left < needed:
            waits.append(reset)
    return max(waits, default=None)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _duration(text: str | None) -> float | None:
    if text is None:
        return None
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text or not parts:
        return _number(text)
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def _until(text: str | None, now: str | None) -> float | None:
    """Return seconds from one date to another, not below 0; from this machine's clock where the first is missing."""
    then, start = _date(text), _date(now)
    if then is None:
        return None
    return max(0.0, then - (time.time() if start is None else start))


def _date(text: str | None) -> float | None:
    if text is None:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            when = read(text)
        except (TypeError, ValueError):
            continue
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return None
