"""The smallest true difference of two models that a test at the 5 % level finds in 80 % of samples of this size."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from harness.stats.intervals import LEVEL, Bootstrap

POWER = 0.8
_ALIKE = "both models give the same answers, so the variance of their difference is unknown"


class Detectable(NamedTuple):
    """The smallest detectable difference, or the reason why there is none."""

    difference: float | None
    reason: str | None = None


def by_error(difference: Bootstrap) -> Detectable:
    """Return what a sign-flip test of clusters finds.

    (t at 1 - alpha / 2 + t at 0.8) sqrt(C / (C - 1)) times the bootstrap's standard error, t with C - 1 degrees of
    freedom for C clusters.

    Args:
        difference: the bootstrap distribution of the difference.
    """
    from scipy import stats

    error, clusters = difference.widened_error, difference.clusters
    if error is None:
        return Detectable(None, "over 5 % of the bootstrap draws have no value")
    if not error:
        return Detectable(None, _ALIKE)
    if 2.0 ** (1 - clusters) >= 1 - LEVEL:
        return Detectable(None, f"{clusters} clusters are too few for any p value below {1 - LEVEL:.2g}")
    return Detectable(error * sum(float(stats.t.ppf(below, clusters - 1)) for below in ((1 + LEVEL) / 2, POWER)))


def by_discordance(discordant: int, n: int) -> Detectable:
    """Return what exact McNemar finds among n independent items, at the observed fraction of discordant items.

    The power sums over how many items may be discordant (binomial of n and that fraction), and over which model each of
    these favours (Duffy 1984, Biometrics 40(4), 1005-1015).

    Args:
        discordant: items that one model answered right and the other wrong.
        n: all items.
    """
    from scipy import optimize, stats

    if not discordant:
        return Detectable(None, _ALIKE)
    fraction, counts = discordant / n, np.arange(n + 1)
    occurs = stats.binom.pmf(counts, n, fraction)
    most = stats.binom.ppf((1 - LEVEL) / 2, counts, 0.5) - 1  # right answers of the worse model at which p < alpha

    def lacking(difference: float) -> float:
        against = (1 - difference / fraction) / 2
        found = stats.binom.cdf(most, counts, against) + stats.binom.sf(counts - most - 1, counts, against)
        return POWER - float(occurs @ np.where(most < 0, 0.0, found))

    if lacking(fraction) > 0:
        return Detectable(None, f"the models differ on {discordant} items only, too few for 80 % power")
    return Detectable(float(optimize.brentq(lacking, 0.0, fraction)))


def without_sampling(detectable: float | None, share_sampling: float | None) -> float | None:
    """Return what unlimited repeats would detect, given the fraction of squared error that comes from sampling."""
    if detectable is None or share_sampling is None:
        return None
    return detectable * math.sqrt(1 - share_sampling)
