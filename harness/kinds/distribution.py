"""A probability for every label of a fixed set, as a JSON object.

True probabilities are fractions of annotators' votes: `label_weights` divided by their sum, or equal for the item's
labels without weights. A derivation may give them instead (`published`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.kinds.base import Answered, Kind
from harness.metrics.distribution import js
from harness.metrics.outcome import Distributed, Outcome
from harness.record import Item, ItemScores, Parsed
from harness.stats.arrays import Floats
from harness.text import numbers as stated
from harness.text.refusals import unparsed

SLACK = 0.02
"""How far the numbers may sum from 1 (or percentages from 100) before they count as unnormalised."""


class Distribution(Kind):
    """A probability for every label."""

    asks = "a probability for every label, as a JSON object"
    families = ("distribution",)
    several = True

    def left_out(self, item: Item) -> str | None:
        """Leave out items without a label."""
        return None if item.labels else "no_label"

    def target(self, item: Item) -> str:
        """Return the true probabilities to two decimals."""
        return _json(item.choices, [round(share, 2) for share in item.shares or ()])

    def oracle(self, item: Item) -> str:
        """Return the true probabilities in full."""
        return _json(item.choices, item.shares or ())

    def shares(self, item: Item) -> tuple[float, ...]:
        """Return the fractions of votes."""
        weights = item.label_weights
        given = weights if weights and sum(weights) else [1.0] * len(item.labels)
        votes = dict(zip(item.labels, given, strict=True))
        total = sum(votes.values())
        return tuple(votes.get(choice, 0.0) / total for choice in item.choices)

    def read(self, item: Item, text: str) -> Parsed:
        """Parse the numbers as given; they need not sum to 1."""
        numbers = stated.shares(text, item.choices)
        return unparsed(text) if numbers is None else Parsed(status="ok", numbers=numbers)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return one minus the Jensen-Shannon divergence; 0 without an answer."""
        if not parsed.numbers:
            return {"js_similarity": 0.0}
        return {"js_similarity": float(1.0 - js(np.array(item.shares, dtype=np.float64), _normal(parsed.numbers)))}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Distributed:
        """Arrange true and answered probabilities."""
        silent = np.full(len(labels), np.nan)
        return Distributed(
            reference=np.array([one.item.shares for one in answered], dtype=np.float64),
            answered=np.array([_normal(one.parsed.numbers) if one.parsed.numbers else silent for one in answered]),
            unnormalised=np.array([_off(one.parsed.numbers) for one in answered]),
            labels=labels,
        )

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> Distributed:
        """Draw a random point of the simplex."""
        if not isinstance(outcome, Distributed):
            raise TypeError("no distributions")
        return replace(outcome, answered=rng.dirichlet(np.ones(len(outcome.labels)), size=len(outcome.reference)))

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Give the probabilities to three decimals."""
        return _json(choices, [round(share, 3) for share in shares])


def _json(choices: Sequence[str], shares: Sequence[float]) -> str:
    return json.dumps(dict(zip(choices, shares, strict=True)))


def _normal(values: Sequence[float]) -> Floats:
    shares: Floats = np.array(values, dtype=np.float64) / sum(values)
    return shares


def _off(values: Sequence[float]) -> float:
    """Return whether numbers sum to neither 1 nor 100; NaN without numbers."""
    if not values:
        return float("nan")
    total = sum(values)
    return float(abs(total - 1) > SLACK and abs(total / 100 - 1) > SLACK)


KIND = Distribution()
