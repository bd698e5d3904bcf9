"""A probability for every label of a set, as a JSON object.

The reference is the share of annotators' votes: `label_weights` divided by their sum, or equal shares of the item's
labels where there are no weights. Documents derived by `published` have the shares that published ratings give.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import Form
from harness.kinds.derive import published
from harness.metrics.distribution import js
from harness.metrics.outcome import Distributed
from harness.record import Item, Parsed
from harness.stats.arrays import Floats
from harness.text import numbers as stated
from harness.text.labels import unread

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.record import ItemScores
    from harness.tasks.documents import Doc

SLACK = 0.02
"""How far the numbers may sum from 1 (or percentages from 100) before they count as unnormalised."""


class Distribution(Form):
    """A share for every label."""

    asks = "a probability for every label, as a JSON object"

    def target(self, doc: Doc) -> str:
        """Return the true shares to two decimals."""
        return self._json(doc["choices"], [round(share, 2) for share in self.shares(doc)])

    def oracle(self, doc: Doc) -> str:
        """Return the true shares in full."""
        return self._json(doc["choices"], self.shares(doc))

    def shares(self, doc: Doc) -> tuple[float, ...]:
        """Return the reference."""
        if doc["derive"] == "published":
            return published.shares(doc)
        weights = doc["label_weights"]
        votes = dict(
            zip(doc["labels"], weights if weights and sum(weights) else [1.0] * len(doc["labels"]), strict=True)
        )
        total = sum(votes.values())
        return tuple(votes.get(choice, 0.0) / total for choice in doc["choices"])

    def read(self, item: Item, text: str) -> Parsed:
        """Read the numbers, as stated: `numbers` need not sum to 1."""
        numbers = stated.shares(text, item.choices)
        return unread(text) if numbers is None else Parsed(status="ok", numbers=numbers)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return one minus the Jensen-Shannon divergence; 0 without an answer."""
        if not parsed.numbers:
            return {"js_similarity": 0.0}
        return {"js_similarity": float(1.0 - js(_row(item.shares or ()), _normal(parsed.numbers)))}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Distributed:
        """Arrange reference and answered shares."""
        silent = np.full(len(labels), np.nan)
        return Distributed(
            reference=np.array([one.item.shares for one in answered], dtype=np.float64),
            answered=np.array([_normal(one.parsed.numbers) if one.parsed.numbers else silent for one in answered]),
            unnormalised=np.array([_off(one.parsed.numbers) for one in answered]),
            labels=labels,
        )

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """State the shares to three decimals."""
        return self._json(choices, [round(share, 3) for share in shares])

    @staticmethod
    def _json(choices: Sequence[str], shares: Sequence[float]) -> str:
        return json.dumps(dict(zip(choices, shares, strict=True)))


def _row(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _normal(values: Sequence[float]) -> Floats:
    shares: Floats = _row(values) / sum(values)
    return shares


def _off(values: Sequence[float]) -> float:
    """Tell whether numbers sum to neither 1 nor 100; NaN where there are none."""
    if not values:
        return float("nan")
    total = sum(values)
    return float(abs(total - 1) > SLACK and abs(total / 100 - 1) > SLACK)


FORM = Distribution()
