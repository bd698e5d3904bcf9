"""Recognise refusals, and name the status of a text without an answer."""

from __future__ import annotations

import re

from harness.record import Parsed

_TASK_VERB = (
    r"(\w+ly )?(answer|assist|choose|comply|describe|determine|guess|identify|infer|judge|list|name|offer|pick|provide"
    r"|respond|say|select|speculate|tell|help(?! but)|do (that|this)(?=\W*\Z|\.))\b"
)
_REFUSAL = re.compile(
    r"\A\W*(i'?m|i am|we'?re|we are) (very |really |so )?(sorry(,|\.| but)|unable|not able|afraid (that )?(i|we) )"
    r"|\A\W*(sorry|apologies),"
    r"|\bas an ai\b[^.]*\b(i|we) (do not|don't|am not|can't|cannot)\b"
    rf"|\b(i|we) (can't|cannot|can not|won't|will not|am unable to|am not able to|do not feel able to) {_TASK_VERB}"
    rf"|\b(i'm|we're) (unable|not able) to {_TASK_VERB}"
    r"|\b(i|we) (can't|cannot|won't|will not)\W*\Z"
    r"|\b(i|we) (must|have to) (decline|refuse)\b"
    r"|\b(i|we) (do not|don't) have (enough|sufficient|the ability|access)\b"
    rf"|\bit('s| is) (impossible|not possible|not appropriate)( for me)? to {_TASK_VERB}"
)
_WITHIN = 200


def refuses(text: str) -> bool:
    """Return whether the speaker declines the task. That somebody else "cannot" or "is unable" may be a description."""
    return _REFUSAL.search(text[:_WITHIN].casefold().replace("’", "'")) is not None


def unparsed(text: str, *, refusable: bool = True) -> Parsed:
    """Return `empty`, `refused` (if it may be) or `unparsed` for a text without an answer."""
    if not text.strip():
        return Parsed(status="empty")
    return Parsed(status="refused" if refusable and refuses(text) else "unparsed")
