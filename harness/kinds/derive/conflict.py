"""A point's quadrant, asked alone, with a sentence that fits, and with one that conflicts.

A sentence describes a situation of one quadrant; a conflicting one is of the opposite quadrant, wrong on both axes. The
values decide what is right. The three items of a row are one cluster, so differences between conditions are paired. The
sentences are our own, modelled on studies of faces in conflicting situations (Carroll & Russell 1996, J. Personality
and Social Psychology 70(2), 205-218).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.kinds.derive._derivation import Derivation, Made, generator
from harness.kinds.derive.quadrant import LABELS, off_the_axes, quadrant, weigh
from harness.record import Item

ALONE, AGREES, DISAGREES = "alone", "agrees", "disagrees"
SENTENCES = {
    "pleasant and activated": (
        "The person has just won a race.",
        "The person is dancing at a birthday party.",
        "The person has just been told wonderful news.",
        "The person is cheering for the team that is winning.",
        "The person is about to set off on a journey they have long looked forward to.",
    ),
    "pleasant and calm": (
        "The person is lying in the sun on a quiet beach.",
        "The person is listening to soft music at home after a good day.",
        "The person is leaning back after a fine meal with friends.",
        "The person is stroking a cat that sleeps on their lap.",
        "The person is lying in a warm bath.",
    ),
    "unpleasant and activated": (
        "The person is being chased by a large dog.",
        "The person is in the middle of a loud quarrel.",
        "The person has just been insulted in front of everyone.",
        "The person is searching everywhere for a child who is missing.",
        "The person is in a lift that has suddenly begun to fall.",
    ),
    "unpleasant and calm": (
        "The person is sitting alone after saying farewell to a friend who will not come back.",
        "The person has been waiting for hours with nothing to do.",
        "The person is worn out and low after a long illness.",
        "The person is quietly mourning a relative.",
        "The person has given up after failing once again.",
    ),
}
"""Situations by the quadrant of the feeling in them."""


def opposite(label: str) -> str:
    """Return the quadrant that differs on both axes."""
    return LABELS[3 - LABELS.index(label)]


def quadrant_of(sentence: str) -> str:
    """Return the quadrant of a sentence."""
    return next(label for label, sentences in SENTENCES.items() if sentence in sentences)


def _make(items: Sequence[Item]) -> Made:
    kept, excluded = off_the_axes(items)
    rng = generator(items, "conflict")
    asked = []
    for item in kept:
        true = quadrant(item.valence, item.arousal)
        said = {ALONE: None, AGREES: true, DISAGREES: opposite(true)}
        for condition, speaks_for in said.items():
            asked.append(
                Item(
                    item_id=f"{item.item_id}-{condition}",
                    cluster_id=item.cluster_id,
                    valence=item.valence,
                    arousal=item.arousal,
                    labels=(true,),
                    statement=None if speaks_for is None else str(rng.choice(SENTENCES[speaks_for])),
                    condition=condition,
                )
            )
    return Made(asked, excluded)


DERIVATION = Derivation(LABELS, _make, weigh, shows=("valence", "arousal", "statement"))
