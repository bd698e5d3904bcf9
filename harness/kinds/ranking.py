"""A log-likelihood for every label; several may be true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.kinds.arrays import membership
from harness.kinds.base import LOGLIKELIHOOD, Answered, Kind
from harness.metrics.outcome import Outcome, Ranked
from harness.record import Answer, Item, ItemScores, Parsed
from harness.stats.auc import auc
from harness.text.label_sets import parse_labels
from harness.text.languages import label_names

OWN_AUC = "AUC of the item's own labels"


class Ranking(Kind):
    """A score for every label."""

    asks = "every label's rank"
    families = ("ranking",)
    several = True
    output_types = (LOGLIKELIHOOD,)
    has_examples = True

    def target(self, item: Item) -> list[str]:
        """Return the true labels."""
        return list(item.labels)

    def example(self, item: Item, language: str) -> str:
        """Return the word for the first true label."""
        return label_names(item.labels, language)[0]

    def read(self, item: Item, text: str) -> Parsed:
        """Parse the choices named."""
        return parse_labels(text, item.choices)

    def choose(self, item: Item, loglikelihoods: Sequence[float]) -> Parsed:
        """Name no label: only the order of log-likelihoods counts."""
        return Parsed(status="ok")

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return nothing: metrics rank items within a label."""
        return {}

    def item_scores(self, item: Item, answer: Answer, scores: ItemScores) -> ItemScores:
        """Return the probability that a true label has a higher log-likelihood than a false one; None without both."""
        given, true = answer.loglikelihoods, [label in item.labels for label in item.choices]
        return {OWN_AUC: auc(given, true) if given is not None and len(given) == len(true) else None}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Ranked:
        """Arrange true sets and scores."""
        scores = np.array([one.answer.loglikelihoods for one in answered], dtype=np.float64)
        return Ranked(membership([one.item.labels for one in answered], labels), scores, labels)

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> Ranked:
        """Draw uniform scores."""
        if not isinstance(outcome, Ranked):
            raise TypeError("not ranked")
        return replace(outcome, scores=rng.random(outcome.gold.shape))

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Name the likeliest choice."""
        return choices[int(np.argmax(shares))]


KIND = Ranking()
