"""Test whether two scores are equal, from what each cluster of items adds to their difference.

Pseudo-values (Tukey 1958, Ann. Math. Stat. 29, 614) turn any metric into a mean over clusters: that of a cluster is
G value - (G - 1) (value without the cluster), for G clusters. Two models on the same items are a matched pair, so their
difference is tested as one: its pseudo-values keep or change their sign at random. The sum of squares is the same under
every flip, so the mean orders flips as Student's t does and the test is studentised. It is exact if the pseudo-values
are symmetric about 0, and holds for many clusters if only their mean is 0 (Konietschke & Pauly 2014, Stat. Comput. 24,
283-296): two models with equal scores may answer in different ways.
"""

from __future__ import annotations

import itertools

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.bootstrap import SEED

FLIPS = 2000
_MIN_DEFINED = 0.95
_EQUAL = 1e-5
_EXCESS = 3.1788
"""A sum of random signs exceeds z at most this many times as often as a normal (Bentkus & Dzindzalieta 2015)."""


def pseudo_values(value: float, left_out: Floats, *, corrected: bool) -> Floats | None:
    """Return (groups,) pseudo-values of a metric.

    Args:
        value: the metric on all items.
        left_out: (groups,) values, each without one group of clusters; one that is NaN adds what the average adds.
        corrected: whether their mean is the value without the bias of few items (Quenouille 1956), else `value`. The
            correction adds an error of its own, which is not in their spread, so it is for biased metrics only.

    Returns:
        None if there is no value, or none without over 5 % of the groups.
    """
    known = left_out[~np.isnan(left_out)]
    if np.isnan(value) or known.size < _MIN_DEFINED * left_out.size:
        return None
    mean = float(known.mean())
    centre = value + (known.size - 1) * (value - mean) if corrected else value
    found: Floats = centre + (known.size - 1) * (mean - np.where(np.isnan(left_out), mean, left_out))
    return found


def random_signs(groups: int, draws: int = FLIPS) -> Floats:
    """Return rows of (groups,) signs, the first all 1: every way up to a change of all signs, if there are few enough.

    Else `draws` drawn ways besides the first.
    """
    if 2 ** (groups - 1) <= draws:
        return np.array([(1, *rest) for rest in itertools.product((1, -1), repeat=groups - 1)], dtype=np.float64)
    drawn = np.random.default_rng(SEED).choice((-1.0, 1.0), size=(draws, groups))
    return np.vstack([np.ones(groups), drawn])


def p_of_flips(sums: Floats, absolute: Floats, squares: Floats) -> Floats:
    """Return (m,) two-sided p values: the share of flips as extreme as the data, or the bound of it if that is less.

    Drawn flips give no p below 1 / (1 + draws), too coarse for Holm's method over many pairs. There the bound
    2 c P(Z >= z) of the share of all flips is used, z the sum over the root of the sum of squares,
    c = 1 / (4 P(Z >= sqrt 2)) (Bentkus & Dzindzalieta 2015, Bernoulli 21, 1231-1237).

    Args:
        sums: (m, flips) sums of the pseudo-values under `random_signs`, the first those of the data.
        absolute: (m,) sums of their absolute values.
        squares: (m,) sums of their squares.
    """
    from scipy import special

    observed = np.abs(sums[:, 0])
    share = (np.abs(sums) >= (observed - _EQUAL * absolute)[:, None]).mean(axis=1)
    z = np.divide(observed, np.sqrt(squares), out=np.zeros_like(observed), where=squares > 0)
    bound: Floats = np.minimum(share, 2 * _EXCESS * special.ndtr(-z))
    return bound


def sign_flip(gaps: Floats) -> float:
    """Return the two-sided p value that (groups,) pseudo-values of a difference have mean 0; exact for few groups."""
    signs = random_signs(gaps.size)
    return float(p_of_flips((signs @ gaps)[None], np.abs(gaps).sum()[None], (gaps**2).sum()[None])[0])
