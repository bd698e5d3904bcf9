"""One label, and from 0 to 100 how sure the model is of it.

An answer without a label or without a readable confidence is no answer: wrong, with full confidence, so that silence
never passes for modesty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import Form
from harness.metrics.outcome import Confident
from harness.record import Item, Parsed
from harness.text.labels import parse_label, unread
from harness.text.numbers import confidence

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.record import ItemScores
    from harness.tasks.documents import Doc


class Confidence(Form):
    """A label with a confidence."""

    asks = "one label and a confidence"

    def target(self, doc: Doc) -> str:
        """Return the true label with full confidence: what a control says, never an example."""
        return f"{doc['labels'][0]}, 100"

    def read(self, item: Item, text: str) -> Parsed:
        """Read both; `numbers` holds the confidence in [0, 1]."""
        named, sure = parse_label(text, item.choices), confidence(text)
        if named.status != "ok":
            return named
        return unread(text) if sure is None else named.model_copy(update={"numbers": (sure,)})

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return whether the label is right, and the confidence."""
        sure = parsed.numbers[0] if parsed.numbers else None
        return {"correct": float(parsed.labels == item.labels), "confidence": sure}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Confident:
        """Arrange labels and confidences."""
        from harness.kinds.arrays import labelled

        plain = labelled(labels, answered)
        given = {field.name: getattr(plain, field.name) for field in fields(plain)}
        sure = [one.parsed.numbers[0] if one.parsed.numbers else 1.0 for one in answered]
        return Confident(**given, confidence=np.array(sure, dtype=np.float64))

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Name the choice of the largest share, which is the confidence."""
        best = int(np.argmax(shares))
        return f"{choices[best]}, {round(100 * shares[best])}"


FORM = Confidence()
