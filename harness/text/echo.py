"""Recognise an echo: a description with no content but the words of its prompt's definitions, numbers and fillers."""

from __future__ import annotations

import re
from functools import lru_cache

from harness.text.emotion_words import known_words

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d")
_DIMENSION = re.compile(r"\b(?:valence|arousal|dominance)\b", re.IGNORECASE)
_ENDING = re.compile(r"(?<=\w{4})(?:ness|ation|ion|ated|ating|ly|ed|ing|s)$")
_DEFINED = "valence arousal dominance pleasant unpleasant activated deactivated"
_GRADES = "low medium high positive negative"
_FILLERS = """
    a an the this that it its he she they i you person persons individual someone one his her their in on at of to
    with and or but yet while nor neither both not no very quite rather somewhat slightly bit little moderately
    fairly mildly highly extremely more less most least much as is are was be been being am has have having would
    can could may might there here feel feels felt feeling feelings emotion emotions emotional emotionally state
    states mood affect level levels seem seems appear appears look looks experience experiences experiencing
    describe described describes description called say s so overall rating rated score scores value values scale
    point points axis plus minus
"""
"""Words that say nothing of an emotion."""


def is_echo(text: str, prompt: str = "") -> bool:
    """Return whether a description says nothing but what its prompt said.

    Args:
        text: the description, in English.
        prompt: as the model saw it. Its definitions are the lines that name valence, arousal or dominance.

    Returns:
        True if the text has a number, a word of the definitions or a usual name of the scales and their ends, and no
        other word but grades ("low") and fillers ("the person feels very"). Endings of words do not count. A word for
        an emotion ("calm") is no echo alone.
    """
    defined = "\n".join(line for line in prompt.splitlines() if _DIMENSION.search(line))
    fillers = _stems(_FILLERS)
    repeated = (_stems(_DEFINED) | _stems(defined)) - fillers
    said = _stems(text)
    if not said <= repeated | fillers | _stems(_GRADES):
        return False
    echoed = said & repeated
    feelings = _stems(" ".join(known_words())) - _stems(_DEFINED)
    return len(echoed) > 1 or bool(echoed - feelings) or bool(_NUMBER.search(text))


@lru_cache(maxsize=1024)
def _stems(text: str) -> frozenset[str]:
    return frozenset(_ENDING.sub("", word) for word in _WORD.findall(text.lower()))
