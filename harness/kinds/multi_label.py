"""A set of labels, as a JSON list; several may be true."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.kinds.arrays import annotated, distance, membership, places, votes
from harness.kinds.base import FIXED, LEARNT, Answered, Baseline, Kind
from harness.metrics.outcome import LabelSets, Outcome
from harness.record import Item, ItemScores, Parsed
from harness.text.label_sets import parse_labels
from harness.text.languages import label_names

SET_SIZE = 5
"""Number of labels in the answer of a ranking baseline."""


class MultiLabel(Kind):
    """A set of labels."""

    asks = "a set of labels, as a JSON list"
    families = ("sets", "plane", "ontology_sets", "votes", "annotators", "bias")
    several = True
    has_examples = True
    names_labels = True
    answered_by = (*FIXED, *LEARNT, "top5", "all")
    baselines = ("majority", "top5", "all", "prototype")

    def target(self, item: Item) -> str:
        """Return the true labels."""
        return self.say_set(item.labels)

    def example(self, item: Item, language: str) -> str:
        """Return the words for the true labels."""
        return json.dumps(label_names(item.labels, language), ensure_ascii=False)

    def read(self, item: Item, text: str) -> Parsed:
        """Parse the choices named."""
        return parse_labels(text, item.choices)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return F1 and Jaccard index of the two sets; two empty sets agree fully."""
        gold, named = set(item.labels), set(parsed.labels)
        size, either, both = len(gold) + len(named), len(gold | named), len(gold & named)
        return {"f1": 2 * both / size if size else 1.0, "jaccard": both / either if either else 1.0}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> LabelSets:
        """Arrange both sets, the annotators' own sets, and distances to the labels' centroids."""
        items = [one.item for one in answered]
        near = places(answered)
        return LabelSets(
            gold=membership([item.labels for item in items], labels),
            predicted=membership([one.parsed.labels for one in answered], labels),
            labels=labels,
            votes=votes(items, labels),
            distance=None if near is None else distance(near, items),
            annotated=annotated(items, labels),
        )

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> LabelSets:
        """Draw each label at even odds."""
        if not isinstance(outcome, LabelSets):
            raise TypeError("not sets of labels")
        return replace(outcome, predicted=rng.random(outcome.gold.shape) < 0.5)

    def say_set(self, labels: Sequence[str]) -> str:
        """Return a JSON list."""
        return json.dumps(list(labels))

    def answers(self, by: Baseline) -> list[str]:
        """Name all labels, the likeliest (`majority`), the likeliest `SET_SIZE`, or each at even odds (`uniform`)."""
        if by.name == "all":
            return [self.say_set(item.choices) for item in by.items]
        rows = np.array(by.scores())
        if by.name == "uniform":
            chosen = [np.flatnonzero(row < 0.5) for row in rows]
        else:
            size = 1 if by.name == "majority" else SET_SIZE
            chosen = [np.argsort(row, kind="stable")[::-1][:size] for row in rows]
        pairs = zip(by.items, chosen, strict=True)
        return [self.say_set([item.choices[place] for place in row]) for item, row in pairs]


KIND = MultiLabel()
