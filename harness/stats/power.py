"""The true difference of two models that a test finds in 80 % of samples of this size."""

from __future__ import annotations

import math

import numpy as np

from harness.stats.intervals import Bootstrap

POWER = 0.8


def why_not_by_error(difference: Bootstrap, level: float) -> str | None:
    """Say why `by_error` has no value; None where it has one."""
    error = difference.widened_error
    if error is None:
        return "over 5 % of the bootstrap draws have no value"
    if not error:
        return "the models answer alike, and how two such models differ is not known"
    if 2.0 ** (1 - difference.clusters) >= 1 - level:
        few = f"{difference.clusters} clusters can change sides in so few ways"
        return f"{few} that no p value falls below {1 - level:.2g}"
    return None


def by_error(difference: Bootstrap, level: float) -> float | None:
    """Return what a test of clusters finds, from the difference's standard error.

    (t at 1 - alpha / 2 + t at 0.8) sqrt(C / (C - 1)) times the bootstrap's standard error, t with C - 1 degrees of
    freedom for C clusters: few clusters are not known to spread as normal quantiles say.

    Args:
        difference: the resampling distribution of the difference.
        level: 1 - alpha.

    Returns:
        None where the draws allow none, or never differ (how two models spread that answer alike is not known), or
        where so few clusters can be swapped between models in too few ways for any p value below alpha.
    """
    from scipy import stats

    error = difference.widened_error
    if error is None or why_not_by_error(difference, level):
        return None
    reach = sum(float(stats.t.ppf(below, difference.clusters - 1)) for below in ((1 + level) / 2, POWER))
    return reach * error


def why_not_by_discordance(discordant: int) -> str:
    """Say why `by_discordance` has no value, where it has none."""
    if not discordant:
        return "the models answer alike, and how two such models differ is not known"
    return f"one model alone is right on {discordant} items only, too few to find any difference with 80 % power"


def by_discordance(discordant: int, n: int, level: float) -> float | None:
    """Return what exact McNemar finds among n independent items, at the share of discordant items that was seen.

    The power sums over how many items may be discordant (binomial of n and that share), and over which model each of
    these favours (Duffy 1984, Biometrics 40(4), 1005-1015).

    Args:
        discordant: items that one model answered right and the other wrong.
        n: all items.
        level: 1 - alpha.

    Returns:
        None where even the greatest difference at that share, all discordant items for one model, is found less often.
    """
    from scipy import optimize, stats

    if not discordant:
        return None
    share, counts = discordant / n, np.arange(n + 1)
    occurs = stats.binom.pmf(counts, n, share)
    most = stats.binom.ppf((1 - level) / 2, counts, 0.5) - 1  # right answers of the worse model at which p < alpha

    def lacking(difference: float) -> float:
        against = (1 - difference / share) / 2
        found = stats.binom.cdf(most, counts, against) + stats.binom.sf(counts - most - 1, counts, against)
        return POWER - float(occurs @ np.where(most < 0, 0.0, found))

    if lacking(share) > 0:
        return None
    return float(optimize.brentq(lacking, 0.0, share))


def without_sampling(detectable: float | None, share_sampling: float | None) -> float | None:
    """Return what would be found with unlimited repeats, given the share of squared error that repeats take away."""
    if detectable is None or share_sampling is None:
        return None
    return detectable * math.sqrt(1 - share_sampling)
