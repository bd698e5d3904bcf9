"""One label, beside a sentence that may speak for another one (`harness.kinds.derive.conflict`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import Form
from harness.kinds.derive.conflict import AGREES, DISAGREES, quadrant_of
from harness.metrics.outcome import NO_ANSWER, Contrasted
from harness.record import Item, Parsed
from harness.text.labels import parse_label

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.record import ItemScores
    from harness.tasks.documents import Doc


class Conflict(Form):
    """A label by values, with words for or against it."""

    asks = "one label, beside a sentence for or against it"

    def target(self, doc: Doc) -> str:
        """Return the label that the values give."""
        return doc["labels"][0]

    def read(self, item: Item, text: str) -> Parsed:
        """Read the label."""
        return parse_label(text, item.choices)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return whether the answer follows the values, and whether it follows the words, where there are any."""
        words = None if item.given is None or item.given.statement is None else quadrant_of(item.given.statement)
        return {
            "correct": float(parsed.labels == item.labels),
            "follows_words": None if words is None else float(parsed.labels == (words,)),
        }

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Contrasted:
        """Arrange labels and conditions."""
        from harness.kinds.arrays import labelled

        plain = labelled(labels, answered)
        given = {field.name: getattr(plain, field.name) for field in fields(plain)}
        conditions = np.array([one.item.given.condition if one.item.given else None for one in answered])
        return Contrasted(
            **given,
            agrees=conditions == AGREES,
            disagrees=conditions == DISAGREES,
            spoken=np.array([_spoken(one.item) for one in answered], dtype=np.int64),
        )

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Name the choice of the largest share."""
        return choices[int(np.argmax(shares))]


def _spoken(item: Item) -> int:
    if item.given is None or item.given.statement is None:
        return NO_ANSWER
    return item.choices.index(quadrant_of(item.given.statement))


FORM = Conflict()
