"""What a response means: an answer, or a fault and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Literal

from harness.models.api.error_text import ApiError, find_error, plain
from harness.models.api.rate_limit_headers import retry_after

Lost = Literal["connect", "timeout", "closed"]
_QUOTA = ("insufficient_quota", "billing", "credit balance", "insufficient balance", "insufficient credits")
_FILTERED = ("content_filter", "content_policy", "moderation", "flagged", "responsibleai")
_OVERLOADED = ("overloaded", "rate_limit", "rate limit", "resource_exhausted", "too many requests", "capacity")
_BUSY = (429, 503, 529)
_RETRY = (408, 409, 425)
_REJECTED = (400, 413, 422)


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
