"""The category labels of IIMI and EMOTIC, in their own order and spelling, and our own wording of them.

The wording is for sources that have labels and no texts. It says no more than the labels do, and is marked
`category_wording`, so that a score against it is not taken for a score against what people wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from va_extractor.common.errors import InputError, Place, nearest

BASIC = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""Ekman's six basic emotions and neutral, as IIMI has them."""

EMOTIC = (
    *("Affection", "Anger", "Annoyance", "Anticipation", "Aversion", "Confidence", "Disapproval"),
    *("Disconnection", "Disquietment", "Doubt/Confusion", "Embarrassment", "Engagement", "Esteem", "Excitement"),
    *("Fatigue", "Fear", "Happiness", "Pain", "Peace", "Pleasure", "Sadness"),
    *("Sensitivity", "Suffering", "Surprise", "Sympathy", "Yearning"),
)
"""The 26 categories of EMOTIC: Kosti et al. (2020), IEEE TPAMI 42(11), doi:10.1109/TPAMI.2019.2916866."""


def known_label(name: str, known: Sequence[str], **place: Unpack[Place]) -> str:
    """Return the label of `known` that `name` spells, whatever its case and surrounding blanks.

    Args:
        name: what was written.
        known: labels, at least one.
        place: where it was written.

    Raises:
        InputError: no label is spelt so; the hint is the nearest one.
    """
    by_folded = {label.casefold(): label for label in known}
    folded = name.strip().casefold()
    if folded in by_folded:
        return by_folded[folded]
    raise InputError("unknown label", code="unknown", **place, found=name, hint=nearest(name, known))


PHRASES = {
    "Affection": "is warm and loving towards someone",
    "Anger": "is angry and ready to lash out",
    "Annoyance": "has had enough of something tiresome",
    "Anticipation": "can hardly wait for what is about to happen",
    "Aversion": "wants to get away from something repellent",
    "Confidence": "trusts in their own ability",
    "Disapproval": "judges someone's conduct harshly",
    "Disconnection": "has drifted off and takes no part",
    "Disquietment": "is uneasy and cannot settle",
    "Doubt/Confusion": "does not know what to make of things",
    "Embarrassment": "blushes and would rather not be seen",
    "Engagement": "is wholly taken up by what they are doing",
    "Esteem": "looks up to someone",
    "Excitement": "is thrilled and can barely keep still",
    "Fatigue": "is worn out and in need of rest",
    "Fear": "is frightened and wants to be safe",
    "Happiness": "is cheerful and glad",
    "Pain": "winces because the body hurts",
    "Peace": "is calm and at rest with the world",
    "Pleasure": "savours something agreeable",
    "Sadness": "is downcast and close to tears",
    "Sensitivity": "is easily moved and lightly bruised in spirit",
    "Suffering": "carries a burden that is hard to bear",
    "Surprise": "is caught off guard by what just happened",
    "Sympathy": "feels with someone who is having a hard time",
    "Yearning": "longs for something out of reach",
    "anger": "is angry and ready to lash out",
    "disgust": "recoils from something foul",
    "fear": "is frightened and wants to be safe",
    "happiness": "is cheerful and glad",
    "neutral": "shows no particular emotion",
    "sadness": "is downcast and close to tears",
    "surprise": "is caught off guard by what just happened",
}
"""A phrase to follow "the person" for each label of `labels.EMOTIC` and `labels.BASIC`."""


def describe(labels: Sequence[str]) -> str:
    """Write one sentence that says what the labels say, in their order.

    Raises:
        InputError: there is no label, or no phrase for one.
    """
    if not labels:
        raise InputError("no label to put into words", code="missing")
    for label in labels:
        if label not in PHRASES:
            raise InputError("no wording for this label", code="unsupported", found=label)
    *former, last = [PHRASES[label] for label in labels]
    return f"The person {', '.join(former)} and {last}." if former else f"The person {last}."
