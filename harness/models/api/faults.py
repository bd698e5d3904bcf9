"""What a response, or none, means: an answer, asking again, waiting, giving one question up, or giving the run up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from harness.models.api import waiting
from harness.models.api.words import Complaint, complaint, plain

_QUOTA = ("insufficient_quota", "billing", "credit balance", "insufficient balance", "insufficient credits")
_FILTERED = ("content_filter", "content_policy", "moderation", "flagged", "responsibleai")
_OVERLOADED = ("overloaded", "rate_limit", "rate limit", "resource_exhausted", "too many requests", "capacity")
_BUSY = (429, 503, 529)
_AGAIN = (408, 409, 425)
_REFUSED = (400, 413, 422)
_ELSEWHERE = (301, 302, 303, 307, 308, 404, 405)  # what an address says that is not the one meant


class Mean(Enum):
    """What to do about a fault."""

    AGAIN = "ask again, a bounded number of times"
    WAIT = "the provider pushes back: ask fewer at once, and again for a bounded time"
    REFUSED = "this request is not accepted; see whether a parameter can be left out"
    FILTERED = "the provider's filter stopped it, which is an answer"
    FATAL = "no request will be answered"


class No(Enum):
    """Why there was no whole response."""

    CONNECTION = "no connection"
    ANSWER = "no answer in time"
    END = "the connection broke off"


class NoReplyError(Exception):
    """No whole response came.

    Attributes:
        kind: why.
        words: more about it.
    """

    def __init__(self, kind: No, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


@dataclass(frozen=True)
class Reply:
    """A whole response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """A response that is no answer.

    Attributes:
        mean: what to do about it.
        said: the provider's complaint, or ours about what it sent.
        wait: seconds that the provider asks to wait; None where it does not say.
        maybe_paid: whether an answer may have been made, and paid for, though none arrived.
        unreachable: whether there was no connection at all.
        late: whether the answer did not come in time.
    """

    mean: Mean
    said: Complaint
    wait: float | None = None
    maybe_paid: bool = False
    unreachable: bool = False
    late: bool = False

    @property
    def pushes_back(self) -> bool:
        """Whether fewer should be asked at once."""
        return self.mean is Mean.WAIT or self.unreachable or self.late


def judge(reply: Reply, url: str) -> Mapping[str, Any] | Fault:
    """Return a good response's parsed body, or what is wrong; what a wrong address may cause names `url`."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        body = None
    said = complaint(body)
    if reply.status == 200 and said is None:
        if isinstance(body, dict):
            return body
        start = plain(reply.body).strip()[:80]
        return Fault(Mean.AGAIN, Complaint(f"{url}: the answer is no JSON object: {start!r}"), maybe_paid=True)
    status = (said.status if said and said.status else 500) if reply.status == 200 else reply.status
    said = said or Complaint(plain(reply.body).strip() or "no word of why")
    where = f"{url}: " if status in _ELSEWHERE else ""
    named = Complaint(f"{where}{said.message} (HTTP status {status})", said.code, said.param, status)
    return Fault(_mean(status, said), named, waiting.asked(reply.headers, reply.body))


def unreadable(words: str) -> Fault:
    """Return the fault of a response that should have held an answer."""
    return Fault(Mean.AGAIN, Complaint(words), maybe_paid=True)


def lost(error: NoReplyError, url: str) -> Fault:
    """Return the fault of no response; it names the address."""
    match error.kind:
        case No.CONNECTION:
            return Fault(Mean.AGAIN, Complaint(f"cannot connect to {url}: {error.words}"), unreachable=True)
        case No.ANSWER:
            return Fault(Mean.AGAIN, Complaint(f"{url}: {error.words}"), maybe_paid=True, late=True)
        case No.END:
            return Fault(Mean.AGAIN, Complaint(f"{url}: the connection broke off: {error.words}"), maybe_paid=True)


def _mean(status: int, said: Complaint) -> Mean:
    words = f"{said.message} {said.code}".lower()
    if any(word in words for word in _QUOTA):
        return Mean.FATAL
    if status in (400, 403) and any(word in words for word in _FILTERED):
        return Mean.FILTERED
    if status in _BUSY or (status >= 500 and any(word in words for word in _OVERLOADED)):
        return Mean.WAIT
    if status in _AGAIN or status >= 500:
        return Mean.AGAIN
    return Mean.REFUSED if status in _REFUSED else Mean.FATAL
