"""What published ratings make of a point: the share of each basic emotion, by Bayes' rule with equal priors.

The density of a point under a label is that of independent normals with the mean and standard deviation of valence and
of arousal that raters gave its term (Russell & Mehrabian 1977); a label's share is its density over the sum of all.
Neutral is the midpoint of both scales, with the mean of the published deviations. The row's own label has no part in
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.derive._derivation import Derivation, Made, Row, of_row
from va_extractor.emotions.labels import BASIC
from va_extractor.emotions.prototypes import prototypes, spreads

if TYPE_CHECKING:
    from harness.tasks.documents import Doc


def shares(doc: Doc) -> tuple[float, ...]:
    """Return the share of each of the document's choices."""
    point = np.array([doc["valence"], doc["arousal"]])
    spread = spreads(doc["choices"])
    z = (point - prototypes(doc["choices"])) / spread
    logs = -(z**2 / 2 + np.log(spread)).sum(axis=1)
    odds = np.exp(logs - logs.max())
    return tuple((odds / odds.sum()).tolist())


def weigh(doc: Doc) -> list[float]:
    """Score each choice as `shares` does, but with one deviation, the mean of the published ones, for all labels."""
    spread = float(spreads(("neutral",)).mean())
    away = prototypes(doc["choices"]) - np.array([doc["valence"], doc["arousal"]])
    scores: list[float] = (-(away**2).sum(axis=1) / (2 * spread)).tolist()
    return scores


def _make(rows: Sequence[Row]) -> Made:
    return Made([of_row(row, row["labels"]) for row in rows], {})


DERIVATION = Derivation(BASIC, _make, weigh)
