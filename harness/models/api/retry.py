"""What becomes of a question whose asking met a fault."""

from __future__ import annotations

import random
from dataclasses import dataclass

from harness.models.api import waiting
from harness.models.api.budget import Tokens
from harness.models.api.faults import Fault, Mean
from harness.models.api.question import Question

TRIES = 8
PATIENCE_S = 900.0  # a provider that pushes back for longer than this is given up


@dataclass(eq=False, slots=True, kw_only=True)
class Tries:
    """What asking one thing has met.

    Attributes:
        tries: how often it met a fault that is no push-back.
        pushed_back: how often the provider pushed it back.
        pushed_since: the first time.
    """

    tries: int = 0
    pushed_back: int = 0
    pushed_since: float = 0.0


@dataclass(eq=False, slots=True)
class Attempt(Tries):
    """A question that is being asked.

    Attributes:
        question: the question.
        most: tokens it can need.
        words: what was last said about it; empty where it was not asked yet.
    """

    question: Question
    most: Tokens
    words: str = ""


@dataclass(frozen=True)
class Again:
    """Ask again at `due`; nothing at all before `pause`, where the provider said so."""

    due: float
    pause: float | None = None


@dataclass(frozen=True)
class GiveUp:
    """Give this question up."""

    words: str


@dataclass(frozen=True)
class End:
    """Give the run up."""

    words: str


def decide(
    met: Tries, fault: Fault, words: str, *, now: float, most_tries: int, draw: random.Random
) -> Again | GiveUp | End:
    """Decide, and count the fault in `met`.

    Args:
        met: so far.
        fault: neither a refused parameter nor a filter's stop.
        words: the fault's, fit to be printed.
        now: on a monotonic clock.
        most_tries: how often a question is asked that meets a fault.
        draw: for the jitter.
    """
    if fault.mean is Mean.FATAL:
        return End(words)
    if fault.wait is not None and fault.wait > PATIENCE_S:
        return End(f"the provider asks to wait {fault.wait / 60:.0f} minutes: {words}")
    if fault.mean is Mean.WAIT:
        met.pushed_since = met.pushed_since if met.pushed_back else now
        met.pushed_back += 1
        if now - met.pushed_since > PATIENCE_S:
            return GiveUp(f"{words} (pushed back for {PATIENCE_S / 60:.0f} minutes)")
        wait = waiting.backoff(met.pushed_back, draw) if fault.wait is None else fault.wait
        return Again(now + wait, None if fault.wait is None else now + wait)
    met.tries += 1
    if met.tries >= most_tries:
        return GiveUp(f"{words} (asked {met.tries} times)")
    return Again(now + (waiting.backoff(met.tries, draw) if fault.wait is None else fault.wait))
