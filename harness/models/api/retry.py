"""Whether and when to send a request again after a fault."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from harness.models.api.budget import Tokens
from harness.models.api.faults import Fault, FaultAction

TRIES = 8
PATIENCE_S = 900.0  # give up on a server that is busy for longer
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 60.0


@dataclass(eq=False, slots=True)
class Attempt:
    """A request that is being sent.

    Attributes:
        request: the request.
        most: tokens that it can need.
        tries: faults so far, without those of a busy server.
        busy: how often the server was busy.
        busy_since: the first time, on a monotonic clock.
        reason: the last fault; empty if there was none.
    """

    request: Any
    most: Tokens
    tries: int = 0
    busy: int = 0
    busy_since: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Again:
    """Send the request again at `due`, and nothing at all before `pause`."""

    due: float
    pause: float | None = None


@dataclass(frozen=True)
class GiveUp:
    """Give up this request."""

    reason: str


@dataclass(frozen=True)
class Stop:
    """Send nothing more."""

    reason: str


def decide(
    attempt: Attempt, fault: Fault, reason: str, *, now: float, most_tries: int, draw: random.Random
) -> Again | GiveUp | Stop:
    """Decide what to do, and count the fault in `attempt`.

    Args:
        attempt: the request.
        fault: of any action but REJECTED and FILTERED.
        reason: the fault's text, on one line.
        now: on a monotonic clock.
        most_tries: how often to send a request that fails.
        draw: source of the random backoff.
    """
    if fault.action is FaultAction.FATAL:
        return Stop(reason)
    if fault.wait is not None and fault.wait > PATIENCE_S:
        return Stop(f"the server asks to wait {fault.wait / 60:.0f} minutes: {reason}")
    if fault.action is FaultAction.WAIT:
        attempt.busy_since = attempt.busy_since if attempt.busy else now
        attempt.busy += 1
        if now - attempt.busy_since > PATIENCE_S:
            return GiveUp(f"{reason} (busy for {PATIENCE_S / 60:.0f} minutes)")
        wait = backoff(attempt.busy, draw) if fault.wait is None else fault.wait
        return Again(now + wait, None if fault.wait is None else now + wait)
    attempt.tries += 1
    if attempt.tries >= most_tries:
        return GiveUp(f"{reason} (sent {attempt.tries} times)")
    return Again(now + (backoff(attempt.tries, draw) if fault.wait is None else fault.wait))


def backoff(tries: int, draw: random.Random) -> float:
    """Return seconds to wait after the n-th try, by the "full jitter" rule (Brooker, AWS Architecture Blog, 2015)."""
    return draw.uniform(0.0, min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(tries, 30)))
