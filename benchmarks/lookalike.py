"""Draw SYNTHETIC items with the statistics of EMOTIC's test split; EMOTIC itself is not at hand.

Measured on EMOTIC: 26 labels, 4.4 an item, 76 distinct points, label means at .31 of the word norms in valence and .19
in arousal. Assumed: ratings from 1 to 10 are rounded normals, label rates fall geometrically in the order of the
shipped sample, labels are independent of each other at a point, clusters have 1-3 items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from harness.stats.arrays import Bools, Floats, Ints
from va_extractor.emotions.labels import EMOTIC
from va_extractor.emotions.prototypes import prototypes
from va_extractor.sample import COMMON_FIRST

MEANS, SDS = np.array([0.07, 0.05]), np.array([0.28, 0.38])
LEAN = np.array([0.45, 0.27])
"""Pull of the norms on the logits, so that label means come to .31 and .19 of the norms."""
MOST, A_ITEM = 0.78, 4.4


@dataclass(frozen=True)
class Items:
    """Items drawn.

    Attributes:
        points: (n, 2) valence and arousal in [-1, 1].
        truth: (n, 26) labels of `EMOTIC`.
        shares: (n, 26) the probabilities that `truth` was drawn from.
        clusters: (n,) cluster index.
    """

    points: Floats
    truth: Bools
    shares: Floats
    clusters: Ints


def draw(rng: np.random.Generator, n: int) -> Items:
    """Draw n items."""
    ratings = np.clip(np.round(5.5 + 4.5 * (MEANS + SDS * rng.normal(size=(n, 2)))), 1, 10)
    points = (ratings - 5.5) / 4.5
    fall = brentq(lambda base: MOST * (base ** np.arange(len(EMOTIC))).sum() - A_ITEM, 0.5, 0.99)
    rates = MOST * fall ** np.array([COMMON_FIRST.index(label) for label in EMOTIC])
    centred = points - points.mean(axis=0)
    lean = centred / points.var(axis=0) * LEAN @ prototypes(EMOTIC).T
    shares = np.stack([expit(_intercept(one, rate) + one) for one, rate in zip(lean.T, rates, strict=True)], axis=1)
    sizes = rng.integers(1, 4, size=n)
    clusters = np.repeat(np.arange(n), sizes)[:n]
    return Items(points, rng.random(shares.shape) < shares, shares, clusters)


def _intercept(lean: Floats, rate: float) -> float:
    return float(brentq(lambda at: expit(at + lean).mean() - rate, -20, 20))
