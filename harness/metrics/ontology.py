"""Groups of labels, and poles of valence of the groups.

Groups are Ekman's six and neutral. A label that GoEmotions has takes its group from that data set's Ekman mapping
(Demszky et al. 2020, ACL, doi:10.18653/v1/2020.acl-main.372): anger, annoyance, disapproval; disgust; fear and
nervousness; joy with admiration, caring, desire, excitement, love, optimism, relief; sadness with embarrassment and
grief; surprise with confusion. Each other label takes the group of the GoEmotions category nearest in meaning, by our
reading; a comment names it. Disconnection and engagement have none and are in neutral.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

GROUPS = {
    "anger": "anger",
    "annoyance": "anger",
    "disapproval": "anger",
    "disgust": "disgust",
    "aversion": "disgust",  # disgust
    "fear": "fear",
    "disquietment": "fear",  # nervousness
    "happiness": "joy",  # joy
    "affection": "joy",  # love
    "anticipation": "joy",  # optimism
    "confidence": "joy",  # optimism
    "esteem": "joy",  # admiration
    "excitement": "joy",
    "peace": "joy",  # relief
    "pleasure": "joy",  # joy
    "sympathy": "joy",  # caring
    "yearning": "joy",  # desire
    "sadness": "sadness",
    "embarrassment": "sadness",
    "fatigue": "sadness",  # sadness
    "pain": "sadness",  # grief
    "sensitivity": "sadness",  # sadness
    "suffering": "sadness",  # grief
    "surprise": "surprise",
    "doubt/confusion": "surprise",  # confusion
    "neutral": "neutral",
    "disconnection": "neutral",
    "engagement": "neutral",
}
POLES = {
    "anger": "negative",
    "disgust": "negative",
    "fear": "negative",
    "sadness": "negative",
    "joy": "positive",
    "surprise": "ambiguous",
    "neutral": "neutral",
}
"""Poles of the groups; GoEmotions' sentiment levels, in which surprise is ambiguous."""


def groups(labels: Sequence[str]) -> tuple[str, ...] | None:
    """Return the group of each label; None if a label is in no group."""
    found = [GROUPS.get(label.casefold()) for label in labels]
    known = tuple(group for group in found if group is not None)
    return known if len(known) == len(found) and known else None


def poles(labels: Sequence[str]) -> tuple[str, ...] | None:
    """Return the pole of valence of each label's group; None if a label is in no group."""
    found = groups(labels)
    return None if found is None else tuple(POLES[group] for group in found)


def credit(labels: Sequence[str]) -> NDArray[np.float64] | None:
    """Return (k, k) credits of answers (columns) by truth (rows); None if a label is in no group.

    1 for the label itself, 2/3 within its group, 1/3 within its pole, else 0: the depth of the deepest common node in
    the tree of root, pole, group and label, divided by the depth of a label.
    """
    group, pole = groups(labels), poles(labels)
    if group is None or pole is None:
        return None
    shared = np.eye(len(labels))
    for names in (pole, group):
        shared += np.array(names)[:, None] == np.array(names)
    return shared / 3
