"""Confidence intervals from a resampling distribution, and Wilson's for plain proportions.

The resampling distribution of C clusters is too narrow by sqrt((C - 1) / C), and its tails are normal instead of
Student's. Intervals between quantiles are widened for both: the normal deviate is replaced by
sqrt(C / (C - 1)) t(C - 1) (expanded percentile interval: Hesterberg 2015, The American Statistician 69(4), 371-386).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.record import Interval
from harness.stats.arrays import Floats

Span = tuple[float, float]
"""Lowest and highest possible value of a metric."""
UNBOUNDED: Span = (-math.inf, math.inf)
"""Unbounded metrics: no logit transform."""
FEW_VALUES = "no interval: over 5 % of the bootstrap draws have no value"
NO_WIDTH = "no interval: all resamples are equal"
OUTSIDE = "few items bias the value, and the interval is that of the value without this bias"

LEVEL = 0.95
PERCENTILE = "cluster bootstrap, percentile"
BCA = "cluster bootstrap, BCa"
STUDENT = "cluster bootstrap, Student's t on the logit scale"
CORRECTED = "cluster bootstrap, bias-corrected"
JACKKNIFE = "cluster jackknife, bias-corrected, on the logit scale"
PLAIN_JACKKNIFE = "cluster jackknife, bias-corrected"
WILSON = "Wilson"
WILSON_OF_CLUSTERS = "Wilson, each cluster counted once"
_MIN_DEFINED = 0.95
_NARROWEST = 1e-5


@dataclass(frozen=True)
class Bootstrap:
    """A value with its resampling distribution.

    Attributes:
        value: the point estimate.
        draws: (draws,) values on resampled clusters; NaN if a draw gives none.
        left_out: (groups,) values, each without one group of clusters.
        clusters: number of clusters.
        seed: of the draws.
    """

    value: float
    draws: Floats
    left_out: Floats
    clusters: int
    seed: int

    @property
    def defined(self) -> Floats | None:
        """The draws with a value; None if over 5 % have none."""
        kept = self.draws[~np.isnan(self.draws)]
        return kept if kept.size >= _MIN_DEFINED * self.draws.size else None

    @property
    def error(self) -> float | None:
        """The standard error: the standard deviation of the draws; None if over 5 % have no value."""
        return None if self.defined is None else float(self.defined.std(ddof=1))

    @property
    def widened_error(self) -> float | None:
        """The standard error times sqrt(C / (C - 1)), which corrects for resampling C clusters."""
        return None if self.error is None else self.error * math.sqrt(self.clusters / (self.clusters - 1))


def percentile(bootstrap: Bootstrap) -> Interval | None:
    """Return the percentile interval (Efron & Tibshirani 1993, chapter 13); None if too few draws have a value."""
    from scipy import stats

    low, high = stats.norm.cdf(_ends(bootstrap.clusters))
    return _between(bootstrap, float(low), float(high), PERCENTILE)


def bca(bootstrap: Bootstrap) -> Interval | None:
    """Return the bias-corrected and accelerated interval (Efron 1987, J. Am. Stat. Assoc. 82, 171-185).

    The ends are the quantiles Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z the normal deviates of the level. z0 is the
    normal quantile of the fraction of draws below the value (ties half). The acceleration a is a sixth of the skewness
    of the jackknife values, divided by the square root of their number.

    Returns:
        None if too few draws have a value, or if the value is outside all draws, so that z0 is infinite.
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
    ends = shift + _ends(bootstrap.clusters)
    low, high = stats.norm.cdf(shift + ends / (1 - acceleration * ends))
    return _between(bootstrap, float(low), float(high), BCA)


def student(bootstrap: Bootstrap, span: Span) -> Interval | None:
    """Return value -+ t(C - 1) times the bootstrap's standard error, on the logit scale of the metric's span.

    On this scale the spread is the same near the ends of the span, and no interval leaves the span (Efron & Tibshirani
    1993, section 12.6). Its centre is the value; the percentile interval is centred on the draws, which few items bias.

    Returns:
        None if too few draws have a value. The percentile interval if the value or a draw is at an end of the span,
        where the logit is infinite.
    """
    draws = bootstrap.defined
    if draws is None:
        return None
    if not _inside(np.append(draws, bootstrap.value), span):
        return percentile(bootstrap)
    error = float(_logit(draws, span).std(ddof=1)) * math.sqrt(bootstrap.clusters / (bootstrap.clusters - 1))
    ends = _about(_logit(bootstrap.value, span), error, bootstrap.clusters)
    return _interval(bootstrap, _spanned(ends, span), STUDENT)


def corrected(bootstrap: Bootstrap, span: Span) -> Interval | None:
    """Return value - bias -+ t(C - 1) times the bootstrap's standard error, cut at the ends of the metric's span.

    The bias is the mean of the draws minus the value (Davison & Hinkley 1997, Bootstrap Methods and their Application,
    section 5.2). Divergences, calibration errors and largest excesses are biased upward by sampling, and draws are
    biased again, so the percentile interval is above the true value.

    Returns:
        None if too few draws have a value.
    """
    if bootstrap.defined is None or bootstrap.widened_error is None:
        return None
    middle = 2 * bootstrap.value - float(bootstrap.defined.mean())
    ends = _about(middle, bootstrap.widened_error, bootstrap.clusters)
    return _interval(bootstrap, np.clip(ends, *span), CORRECTED)


def jackknife(bootstrap: Bootstrap, span: Span) -> Interval | None:
    """Return the bias-corrected value -+ t(C - 1) times the jackknife's standard error, on the logit scale of the span.

    With G groups of clusters, the bias is (G - 1)(mean of the jackknife values - value), and the squared error is
    (G - 1) / G times the sum of their squared deviations (Quenouille 1956, Biometrika 43, 353-360; Tukey 1958, Ann.
    Math. Stat. 29, 614). Bootstrap draws repeat items, and the ties increase the upward bias of metrics such as average
    precision; the jackknife repeats none.

    Returns:
        None if too few jackknife values exist. The percentile interval if one is at an end of the span.
    """
    left = bootstrap.left_out[~np.isnan(bootstrap.left_out)]
    if left.size < _MIN_DEFINED * bootstrap.left_out.size:
        return None
    if not _inside(np.append(left, bootstrap.value), span):
        return percentile(bootstrap)
    value, rest, groups = _logit(bootstrap.value, span), _logit(left, span), left.size
    corrected = value - (groups - 1) * (float(rest.mean()) - value)
    error = math.sqrt((groups - 1) / groups * float(((rest - rest.mean()) ** 2).sum()))
    ends = _about(corrected, error, bootstrap.clusters)
    dealt = bootstrap.seed if groups < bootstrap.clusters else None  # single clusters need no seed
    method = PLAIN_JACKKNIFE if span == UNBOUNDED else JACKKNIFE
    found = _interval(bootstrap, _spanned(ends, span), method)
    return found.model_copy(update={"draws": None, "seed": dealt})


def about_mean(pseudo_values: Floats, seed: int | None) -> Interval:
    """Return the mean of (groups,) pseudo-values -+ t(groups - 1) times its standard error (Tukey 1958).

    Args:
        pseudo_values: of a difference, which has no ends that an interval may not leave.
        seed: by which clusters were assigned to groups; None if each is a group.
    """
    error = float(pseudo_values.std(ddof=1)) / math.sqrt(pseudo_values.size)
    low, high = _about(float(pseudo_values.mean()), error, pseudo_values.size)
    return Interval(low=float(low), high=float(high), method=PLAIN_JACKKNIFE, draws=None, seed=seed)


def wilson(successes: int, n: int, *, method: str = WILSON) -> Interval:
    """Return Wilson's score interval of `successes` out of `n` independent items (Wilson 1927, JASA 22, 209-212)."""
    from scipy import stats

    found = stats.binomtest(successes, n).proportion_ci(LEVEL, method="wilson")
    return Interval(low=float(found.low), high=float(found.high), method=method, draws=None, seed=None)


def wilson_of_clusters(value: float, clusters: int) -> Interval:
    """Return Wilson's interval of a fraction that is 0 or 1 in every cluster, so that all draws are equal.

    Each cluster counts as one observation, because its items may depend on each other.
    """
    return wilson(round(value) * clusters, clusters, method=WILSON_OF_CLUSTERS)


def wide(found: Interval | None) -> Interval | None:
    """Return the interval if it has a width, else None: equal draws do not show the uncertainty.

    Scores of texts are rounded to six decimals and can differ in the last one when a text is embedded again.
    """
    return found if found is not None and found.high - found.low > _NARROWEST else None


def _about(middle: float, error: float, clusters: int) -> Floats:
    from scipy import stats

    reach = float(stats.t.ppf((1 + LEVEL) / 2, clusters - 1)) * error
    return np.array([middle - reach, middle + reach])


def _spanned(logits: Floats, span: Span) -> Floats:
    if span == UNBOUNDED:
        return logits
    from scipy import special

    low, high = span
    ends: Floats = low + (high - low) * special.expit(logits)
    return ends


def _inside(values: Floats, span: Span) -> bool:
    """Return whether every value has a finite logit; it has none within rounding error of an end of the span."""
    return bool(np.isfinite(_logit(values, span)).all())


def _logit(values: Any, span: Span) -> Any:
    if span == UNBOUNDED:
        return values
    from scipy import special

    low, high = span
    return special.logit((values - low) / (high - low))


def _ends(clusters: int) -> Floats:
    """Return the (2,) normal deviates of both ends, widened for the number of clusters (at least two)."""
    from scipy import stats

    reach = float(stats.t.ppf((1 + LEVEL) / 2, clusters - 1)) * math.sqrt(clusters / (clusters - 1))
    return np.array([-reach, reach])


def _acceleration(left_out: Floats) -> float:
    deviations = np.nanmean(left_out) - left_out[~np.isnan(left_out)]
    spread = float((deviations**2).sum())
    return 0.0 if spread < np.finfo(np.float32).tiny else float((deviations**3).sum()) / (6 * spread**1.5)


def _between(bootstrap: Bootstrap, low: float, high: float, method: str) -> Interval | None:
    if bootstrap.defined is None:
        return None
    return _interval(bootstrap, np.quantile(bootstrap.defined, [low, high]), method)


def _interval(bootstrap: Bootstrap, ends: Floats, method: str) -> Interval:
    return Interval(
        low=float(ends[0]),
        high=float(ends[1]),
        method=method,
        draws=bootstrap.draws.size,
        seed=bootstrap.seed,
    )
