"""One label, with a sentence that may fit another label (`harness.kinds.derive.conflict`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds.arrays import labelled
from harness.kinds.base import FIXED, TEXT, Answered
from harness.kinds.derive.conflict import AGREES, DISAGREES, quadrant_of
from harness.kinds.single_label import SingleLabel
from harness.metrics.outcome import NO_ANSWER, Contrasted
from harness.record import Item, ItemScores, Parsed


class Conflict(SingleLabel):
    """A label from values, with a sentence for or against it."""

    asks = "one label, with a sentence for or against it"
    families = ("accuracy", "conflict")
    derived_by = "conflict"
    output_types = (TEXT,)
    calibrated = False
    has_examples = False
    answered_by = FIXED

    def is_bare(self, item: Item, line: str) -> bool:
        """Accept any line."""
        return True

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return whether the answer follows the values, and whether it follows the sentence, if there is one."""
        words = None if item.statement is None else quadrant_of(item.statement)
        return {
            "correct": float(parsed.labels == item.labels),
            "follows_words": None if words is None else float(parsed.labels == (words,)),
        }

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Contrasted:
        """Arrange labels and conditions."""
        conditions = np.array([one.item.condition for one in answered])
        return Contrasted(
            **labelled(labels, answered),
            agrees=conditions == AGREES,
            disagrees=conditions == DISAGREES,
            spoken=np.array([_spoken(one.item) for one in answered], dtype=np.int64),
        )


def _spoken(item: Item) -> int:
    return NO_ANSWER if item.statement is None else item.choices.index(quadrant_of(item.statement))


KIND = Conflict()
