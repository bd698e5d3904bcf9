"""The smallest true difference of two models that the sign-flip test finds in 80 % of samples of this size."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.bootstrap import SEED
from harness.stats.intervals import LEVEL
from harness.stats.sign_flip import p_of_flips, random_signs

POWER = 0.8
_SAMPLES = 500
_FLIPS = 500
_STEPS = 12
_WIDEST = 2.0
_EQUAL = 1e-6


class Detectable(NamedTuple):
    """The smallest detectable difference, or the reason why there is none."""

    difference: float | None
    reason: str | None = None


def detectable(gaps: Floats) -> Detectable:
    """Return the smallest difference that the test finds, from simulated samples.

    Samples of as many clusters are drawn with replacement, about a difference d; the result is the least d that the
    test finds in 80 % of them (bisection). Clusters in which the models do not differ say nothing in a sample either.
    If the others differ by one size only (right or wrong), d decides how often their sign is positive, as in McNemar's
    test (Duffy 1984, Biometrics 40, 1005-1015). Else they are moved to mean 0, spread by sqrt(C / (C - 1)), the bias of
    their standard deviation, and moved by d.

    Args:
        gaps: (groups,) pseudo-values of a difference.
    """
    groups, size = gaps.size, float(np.abs(gaps).max())
    apart = np.abs(gaps) > size * _EQUAL
    if not size:
        return Detectable(None, "the models differ in no cluster, so the variance of their difference is unknown")
    if 2.0 ** (1 - groups) > 1 - LEVEL:
        return Detectable(None, f"{groups} clusters are too few for any p value below {1 - LEVEL:.2g}")
    rng, share, signs = np.random.default_rng(SEED), float(apart.mean()), random_signs(groups, _FLIPS)
    drawn = rng.integers(0, groups, size=(_SAMPLES, groups))
    moved, chance = apart[drawn], rng.random(drawn.shape)
    one_size = bool((size - np.abs(gaps[apart]) <= size * _EQUAL).all())
    noise = (gaps - gaps[apart].mean())[drawn] * math.sqrt(groups / (groups - 1))

    def power(difference: float) -> float:
        step = difference / share
        sample = moved * (np.where(chance < (1 + step / size) / 2, size, -size) if one_size else noise + step)
        p = p_of_flips(sample @ signs.T, np.abs(sample).sum(axis=1), (sample**2).sum(axis=1))
        return float((p <= 1 - LEVEL).mean())

    low, high = 0.0, share * size * (1.0 if one_size else _WIDEST)
    if power(high) < POWER:
        return Detectable(None, f"the models differ in {int(apart.sum())} clusters only, too few for 80 % power")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return Detectable(high)


def without_sampling(detectable: float | None, share_sampling: float | None) -> float | None:
    """Return what unlimited repeats would detect, given the fraction of squared error that comes from sampling."""
    if detectable is None or share_sampling is None:
        return None
    return detectable * math.sqrt(1 - share_sampling)
