"""The probability of each basic emotion at a point, from published ratings, by Bayes' rule with equal priors.

Under a label, valence and arousal are independent normals with the published mean and standard deviation of its term
(Russell & Mehrabian 1977). Neutral is the midpoint of both scales, with the mean of the published deviations. The row's
own label is not used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds.derive._derivation import Derivation, Made, about
from harness.record import Item
from va_extractor.emotions.labels import BASIC
from va_extractor.emotions.prototypes import prototypes, spreads


def shares(item: Item) -> tuple[float, ...]:
    """Return the probability of each of the item's choices."""
    point = np.array([item.valence, item.arousal])
    spread = spreads(item.choices)
    z = (point - prototypes(item.choices)) / spread
    logs = -(z**2 / 2 + np.log(spread)).sum(axis=1)
    odds = np.exp(logs - logs.max())
    return tuple((odds / odds.sum()).tolist())


def weigh(item: Item) -> list[float]:
    """Score each choice as `shares`, but with the mean published deviation for all labels."""
    spread = float(spreads(("neutral",)).mean())
    away = prototypes(item.choices) - np.array([item.valence, item.arousal])
    scores: list[float] = (-(away**2).sum(axis=1) / (2 * spread)).tolist()
    return scores


def _make(items: Sequence[Item]) -> Made:
    return Made([about(item, item.labels) for item in items], {})


DERIVATION = Derivation(BASIC, _make, weigh, shares)
