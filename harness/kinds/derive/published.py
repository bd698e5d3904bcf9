"""What published ratings make of a point: the share of each basic emotion, by Bayes' rule with equal priors.

The density of a point under a label is that of independent normals with the mean and standard deviation of valence and
of arousal that raters gave its term (Russell & Mehrabian 1977); a label's share is its density over the sum of all.
Neutral is the midpoint of both scales, with the mean of the published deviations. The row's own label has no part in
it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds.derive._derivation import Derivation, Made, about
from harness.record import Item
from va_extractor.emotions.labels import BASIC
from va_extractor.emotions.prototypes import prototypes, spreads


def shares(item: Item) -> tuple[float, ...]:
    """Return the share of each of the item's choices."""
    point = np.array([item.valence, item.arousal])
    spread = spreads(item.choices)
    z = (point - prototypes(item.choices)) / spread
    logs = -(z**2 / 2 + np.log(spread)).sum(axis=1)
    odds = np.exp(logs - logs.max())
    return tuple((odds / odds.sum()).tolist())


def weigh(item: Item) -> list[float]:
    """Score each choice as `shares` does, but with one deviation, the mean of the published ones, for all labels."""
    spread = float(spreads(("neutral",)).mean())
    away = prototypes(item.choices) - np.array([item.valence, item.arousal])
    scores: list[float] = (-(away**2).sum(axis=1) / (2 * spread)).tolist()
    return scores


def _make(items: Sequence[Item]) -> Made:
    return Made([about(item, item.labels) for item in items], {})


DERIVATION = Derivation(BASIC, _make, weigh, shares)
