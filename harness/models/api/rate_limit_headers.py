"""Seconds to wait, as response headers state them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"([\d.]+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def retry_after(headers: Mapping[str, str], body: bytes = b"") -> float | None:
    """Return the seconds that a server asks to wait; None if it does not say.

    Reads `retry-after-ms` (OpenAI, Azure) and `Retry-After`, in seconds or as an HTTP date (RFC 9110, 10.2.3). A date
    is compared with the response's own `Date`, so that this machine's clock does not matter. Google states it in the
    body: `"retryDelay": "12s"`.
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


def until_reset(headers: Mapping[str, str], tokens: float) -> float | None:
    """Return the seconds until more requests may be sent, if the headers say that a limit is used up; else None.

    Args:
        headers: `x-ratelimit-remaining-requests` with `-reset-requests` such as `6m0s` (OpenAI and others), and
            `anthropic-ratelimit-requests-remaining` with `-reset`, a time of RFC 3339; the same for tokens.
        tokens: that the next request will need.
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
    """Return seconds from `now` to a date, at least 0; None if it is not a date. No `now`: this machine's clock."""
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
