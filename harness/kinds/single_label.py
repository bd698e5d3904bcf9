"""One label of a fixed set; exactly one is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.kinds.arrays import labelled
from harness.kinds.base import LOGLIKELIHOOD, TEXT, Answered, Baseline, Kind
from harness.metrics.outcome import Labelled, Outcome
from harness.record import Item, ItemScores, Parsed
from harness.text.labels import is_label, parse_label
from harness.text.languages import label_names


class SingleLabel(Kind):
    """One label."""

    asks = "one label"
    families: tuple[str, ...] = ("classes", "likelihood", "plane", "misses", "ontology", "bias")
    output_types: tuple[str, ...] = (TEXT, LOGLIKELIHOOD)
    calibrated = True
    has_examples = True
    names_labels = True

    def target(self, item: Item) -> str:
        """Return the true label."""
        return item.labels[0]

    def example(self, item: Item, language: str) -> str:
        """Return the word for the true label."""
        return label_names(item.labels, language)[0]

    def read(self, item: Item, text: str) -> Parsed:
        """Parse one of the choices."""
        return parse_label(text, item.choices)

    def is_bare(self, item: Item, line: str) -> bool:
        """Return whether the line is only a choice."""
        return is_label(line, item.choices)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return whether the label is right."""
        return {"correct": float(set(parsed.labels) == set(item.labels))}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Labelled:
        """Arrange true and answered labels."""
        return Labelled(**labelled(labels, answered))

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> Labelled:
        """Draw any offered label; scores are uniform in [0, 1]."""
        if not isinstance(outcome, Labelled):
            raise TypeError("not labels")
        said = rng.integers(0, outcome.sizes)
        scores = None if outcome.scores is None else rng.random(outcome.scores.shape)
        return replace(outcome, predicted=said, scores=scores, scores_norm=scores, scores_cal=scores)

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Name the likeliest choice."""
        return choices[int(np.argmax(shares))]

    def answers(self, by: Baseline) -> list[str]:
        """Name the choice of the highest score."""
        return [self.say(item.choices, row) for item, row in zip(by.items, by.scores(), strict=True)]


KIND = SingleLabel()
