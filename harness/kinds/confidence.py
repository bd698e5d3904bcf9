"""One label of a fixed set, and the model's confidence in it from 0 to 100.

An answer without a label or a confidence is wrong, with full confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.kinds.arrays import labelled
from harness.kinds.base import TEXT, Answered, Baseline, Kind
from harness.kinds.single_label import SingleLabel
from harness.metrics.outcome import Confident, Outcome
from harness.record import Item, ItemScores, Parsed
from harness.text.labels import parse_label
from harness.text.numbers import confidence
from harness.text.refusals import unparsed


class Confidence(SingleLabel):
    """A label with a confidence."""

    asks = "one label and a confidence"
    families = ("accuracy", "macro_f1", "confidence")
    output_types = (TEXT,)
    calibrated = False
    has_examples = False

    def target(self, item: Item) -> str:
        """Return the true label with full confidence."""
        return f"{item.labels[0]}, 100"

    def read(self, item: Item, text: str) -> Parsed:
        """Read both; `numbers` holds the confidence in [0, 1]."""
        named, sure = parse_label(text, item.choices), confidence(text)
        if named.status != "ok":
            return named
        return unparsed(text) if sure is None else named.model_copy(update={"numbers": (sure,)})

    def is_bare(self, item: Item, line: str) -> bool:
        """Accept any line: a confidence follows the label."""
        return True

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return whether the label is right, and the confidence."""
        sure = parsed.numbers[0] if parsed.numbers else None
        return {"correct": float(parsed.labels == item.labels), "confidence": sure}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Confident:
        """Arrange labels and confidences."""
        sure = [one.parsed.numbers[0] if one.parsed.numbers else 1.0 for one in answered]
        return Confident(**labelled(labels, answered), confidence=np.array(sure, dtype=np.float64))

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> Confident:
        """Draw random probabilities; the largest one is the confidence."""
        if not isinstance(outcome, Confident):
            raise TypeError("no confidences")
        shares = rng.dirichlet(np.ones(len(outcome.labels)), size=outcome.gold.size)
        return replace(outcome, predicted=shares.argmax(axis=1), confidence=shares.max(axis=1))

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Name the likeliest choice; its probability is the confidence."""
        best = int(np.argmax(shares))
        return f"{choices[best]}, {round(100 * shares[best])}"

    def answers(self, by: Baseline) -> list[str]:
        """Answer by the probabilities of the choices."""
        return Kind.answers(self, by)


KIND = Confidence()
