"""What a response means: an answer, or a fault, the server's text about it, and how long to wait."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, Literal

from va_extractor.common.credentials import redacted

MAX_LENGTH = 300
Lost = Literal["connect", "timeout", "closed"]
_QUOTA = ("insufficient_quota", "billing", "credit balance", "insufficient balance", "insufficient credits")
_FILTERED = ("content_filter", "content_policy", "moderation", "flagged", "responsibleai")
_OVERLOADED = ("overloaded", "rate_limit", "rate limit", "resource_exhausted", "too many requests", "capacity")
_BUSY = (429, 503, 529)
_RETRY = (408, 409, 425)
_REJECTED = (400, 413, 422)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_DURATION = re.compile(r"([\d.]+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class ApiError:
    """An error as the server describes it.

    Attributes:
        message: the text.
        code: the error's short name and type; empty if there is none.
        param: the request field that it names; empty if there is none.
        status: the HTTP status that the body states; None if there is none.
    """

    message: str
    code: str = ""
    param: str = ""
    status: int | None = None


class FaultAction(Enum):
    """What to do about a fault."""

    RETRY = auto()  # send again, a limited number of times
    WAIT = auto()  # the server is busy: send fewer at once, and send again for a limited time
    REJECTED = auto()  # send again without a parameter, if one can be left out
    FILTERED = auto()  # the provider's filter stopped it, which is an answer
    FATAL = auto()  # no request will be answered


class TransportError(Exception):
    """No whole response came.

    Attributes:
        lost: at which step: no connection, no answer in time, or the connection broke.
    """

    def __init__(self, lost: Lost, message: str) -> None:
        super().__init__(message)
        self.lost = lost


@dataclass(frozen=True)
class Reply:
    """A whole response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """A response that is not an answer, or no response.

    Attributes:
        action: what to do about it.
        error: the server's text, or ours about its response.
        wait: seconds that the server asks to wait; None if it does not say.
        maybe_paid: whether an answer may have been made and charged although none arrived.
        lost: the step at which no response came; None if one came.
    """

    action: FaultAction
    error: ApiError
    wait: float | None = None
    maybe_paid: bool = False
    lost: Lost | None = None

    @property
    def pushes_back(self) -> bool:
        """Whether to send fewer requests at once."""
        return self.action is FaultAction.WAIT or self.lost in ("connect", "timeout")


def judge(reply: Reply) -> Mapping[str, Any] | Fault:
    """Return the parsed body of a good response, or its fault."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        body = None
    error = find_error(body)
    if reply.status == 200 and error is None:
        return body if isinstance(body, dict) else unreadable(f"not a JSON object: {plain(reply.body).strip()[:80]!r}")
    status = (error.status if error and error.status else 500) if reply.status == 200 else reply.status
    error = error or ApiError(plain(reply.body).strip() or "no reason given")
    named = ApiError(f"{error.message} (HTTP status {status})", error.code, error.param, status)
    return Fault(_action(status, error), named, retry_after(reply.headers, reply.body))


def unreadable(message: str) -> Fault:
    """Return the fault of a response that should hold an answer and does not."""
    return Fault(FaultAction.RETRY, ApiError(message), maybe_paid=True)


def lost(error: TransportError) -> Fault:
    """Return the fault of no response."""
    paid = error.lost != "connect"
    return Fault(FaultAction.RETRY, ApiError(str(error)), maybe_paid=paid, lost=error.lost)


def _action(status: int, error: ApiError) -> FaultAction:
    text = f"{error.message} {error.code}".lower()
    if any(word in text for word in _QUOTA):
        return FaultAction.FATAL
    if status in (400, 403) and any(word in text for word in _FILTERED):
        return FaultAction.FILTERED
    if status in _BUSY or (status >= 500 and any(word in text for word in _OVERLOADED)):
        return FaultAction.WAIT
    if status in _RETRY or status >= 500:
        return FaultAction.RETRY
    return FaultAction.REJECTED if status in _REJECTED else FaultAction.FATAL


def find_error(body: Any) -> ApiError | None:
    """Find the error in a parsed body; None if there is none.

    Forms: `{"error": {...}}` (OpenAI, Anthropic, OpenRouter), the same in a list (Google), `{"error": "..."}` (Ollama),
    `{"detail": ...}` (FastAPI, Mistral), `{"message": ...}` with an error type or code.
    """
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return None
    if body.get("error"):
        return _error(body["error"])
    if body.get("detail"):
        return _detail(body["detail"])
    if body.get("message") and not {"choices", "content"} & body.keys():
        return ApiError(str(body["message"]), str(body.get("type") or ""), str(body.get("param") or ""))
    return None


def _error(error: Any) -> ApiError:
    if not isinstance(error, dict):
        return ApiError(str(error))
    status = _status(error.get("code")) or _status(error.get("status"))
    names = [error.get(key) for key in ("code", "type", "status")]
    code = " ".join(str(name) for name in names if name and _status(name) is None)
    message = str(error.get("message") or code or "error")
    return ApiError(message + _details(error), code, str(error.get("param") or ""), status)


def _detail(detail: Any) -> ApiError:
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        loc = detail[0].get("loc")
        place = ".".join(map(str, loc)) if isinstance(loc, list) else ""
        return ApiError(f"{place}: {detail[0].get('msg', '')}", str(detail[0].get("type", "")), place)
    return ApiError(str(detail))


def plain(body: bytes) -> str:
    """Return the text of a body that is not JSON, without markup."""
    return _TAG.sub(" ", body[:4000].decode(errors="replace")) if body else ""


def one_line(text: str) -> str:
    """Return `text` on one line of at most `MAX_LENGTH` characters, without credentials."""
    text = " ".join(redacted(text).split())
    text = "".join(char for char in text if char.isprintable())
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"


def _details(error: dict[str, Any]) -> str:
    """Return what OpenRouter adds: the error of the provider behind it."""
    metadata = error.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    more = [metadata.get("raw"), metadata.get("reasons")]
    return "".join(f" ({one})" for one in more if one)


def _status(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) == 3 else None


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
