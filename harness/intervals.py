"""Confidence intervals from a resampling distribution, and Wilson's for plain proportions.

Resampling few clusters gives too narrow a distribution, by sqrt((C - 1) / C), and has normal quantiles in place of
Student's. All intervals from draws are widened for both: the quantiles taken are those at which a normal has the tails
of sqrt(C / (C - 1)) t(C - 1) (the expanded percentile interval: Hesterberg 2015, The American Statistician 69(4),
371-386).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.metrics.outcome import Floats
from leaderboard.schema import Interval

LEVEL = 0.95
BASIC = "cluster bootstrap, basic"
PERCENTILE = "cluster bootstrap, percentile"
BCA = "cluster bootstrap, BCa"
WILSON = "Wilson"
_MIN_DEFINED = 0.95


@dataclass(frozen=True)
class Bootstrap:
    """A value with its resampling distribution.

    Attributes:
        value: the point estimate.
        draws: (draws,) values on resampled clusters; NaN where a draw allows none.
        left_out: (groups,) values without one group of clusters each.
        clusters: how many clusters were drawn from.
        seed: of the draws.
    """

    value: float
    draws: Floats
    left_out: Floats
    clusters: int
    seed: int

    @property
    def defined(self) -> Floats | None:
        """The draws that have a value; None where over 5 % have none."""
        kept = self.draws[~np.isnan(self.draws)]
        return kept if kept.size >= _MIN_DEFINED * self.draws.size else None

    @property
    def error(self) -> float | None:
        """The standard error: the standard deviation of the draws; None where over 5 % have no value."""
        return None if self.defined is None else float(self.defined.std(ddof=1))


def percentile(bootstrap: Bootstrap, level: float = LEVEL) -> Interval | None:
    """Return the percentile interval (Efron & Tibshirani 1993, chapter 13); None where too few draws have a value."""
    from scipy import stats

    low, high = stats.norm.cdf(_ends(level, bootstrap.clusters))
    return _between(bootstrap, float(low), float(high), level, PERCENTILE)


def bca(bootstrap: Bootstrap, level: float = LEVEL) -> Interval | None:
    """Return the bias-corrected and accelerated interval (Efron 1987, J. Am. Stat. Assoc. 82, 171-185).

    With z0 the normal quantile of the share of draws below the value (ties half) and a the acceleration, a sixth of the
    skewness of the jackknife values over the square root of their number, the interval runs between the quantiles
    Phi(z0 + (z0 + z) / (1 - a (z0 + z))) for z at both ends of `level`.

    Returns:
        None where too few draws have a value, or where the value lies outside of all draws, so that z0 is infinite.
    """
    if bootstrap.defined is None:
        return None
    draws = bootstrap.defined
    below = (np.mean(draws < bootstrap.value) + np.mean(draws <= bootstrap.value)) / 2
    if below in (0.0, 1.0):
        return None
    from scipy import stats

    shift = stats.norm.ppf(below)
    acceleration = _acceleration(bootstrap.left_out)
    ends = shift + _ends(level, bootstrap.clusters)
    low, high = stats.norm.cdf(shift + ends / (1 - acceleration * ends))
    return _between(bootstrap, float(low), float(high), level, BCA)


def basic(bootstrap: Bootstrap, level: float = LEVEL) -> Interval | None:
    """Return the basic interval (Davison & Hinkley 1997, equation 5.6): the percentile interval mirrored at the value.

    A metric that is biased upward on few items, as average precision is, is biased again by as much on draws from them;
    mirroring takes the bias off where the percentile interval adds it.
    """
    plain = percentile(bootstrap, level)
    if plain is None:
        return None
    ends = {"low": 2 * bootstrap.value - plain.high, "high": 2 * bootstrap.value - plain.low}
    return plain.model_copy(update=ends | {"method": BASIC})


def wilson(successes: int, n: int, level: float = LEVEL) -> Interval:
    """Return Wilson's score interval of `successes` out of `n` independent items (Wilson 1927, JASA 22, 209-212)."""
    from scipy import stats

    found = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    return Interval(low=float(found.low), high=float(found.high), level=level, method=WILSON, draws=None, seed=None)


def _ends(level: float, clusters: int) -> Floats:
    """Return the (2,) normal deviates at both ends of `level`, widened for the number of clusters, at least two."""
    from scipy import stats

    reach = float(stats.t.ppf((1 + level) / 2, clusters - 1)) * math.sqrt(clusters / (clusters - 1))
    return np.array([-reach, reach])


def _acceleration(left_out: Floats) -> float:
    deviations = np.nanmean(left_out) - left_out[~np.isnan(left_out)]
    spread = float((deviations**2).sum())
    return 0.0 if spread < np.finfo(np.float32).tiny else float((deviations**3).sum()) / (6 * spread**1.5)


def _between(bootstrap: Bootstrap, low: float, high: float, level: float, method: str) -> Interval | None:
    if bootstrap.defined is None:
        return None
    ends = np.quantile(bootstrap.defined, [low, high])
    return Interval(
        low=float(ends[0]),
        high=float(ends[1]),
        level=level,
        method=method,
        draws=bootstrap.draws.size,
        seed=bootstrap.seed,
    )
