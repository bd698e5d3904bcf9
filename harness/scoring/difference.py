"""Compare one metric of two models on the same items: difference, interval, p value, smallest detectable difference.

All follow from the pseudo-values of the difference, one for each cluster of items, so interval and test agree but for
the approximation of Student's t. If items were answered several times, a model's value is its mean over repeats, and a
cluster is left out with all its repeats, whose differences include the sampling noise (`harness.scoring.repeats`).

- p value: sign-flip of the pseudo-values (`harness.stats.sign_flip`), a test that the scores are equal.
- Interval: Student's t about their mean (Tukey 1958).
- Smallest detectable difference: the true difference that this test finds in 80 % of samples (`harness.stats.power`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from harness.metrics import Metric
from harness.record import Interval
from harness.scoring.repeats import Repeated, sampling_sd
from harness.stats.arrays import Floats, Ints
from harness.stats.bootstrap import SEED, jackknife_weights
from harness.stats.intervals import about_mean
from harness.stats.power import Detectable, detectable, without_sampling
from harness.stats.sign_flip import pseudo_values, sign_flip

_MAX_GROUPS = 500
_CELLS = 500_000
_UNKNOWN = Detectable(None, "over 5 % of the clusters leave no value behind when they are left out")


@dataclass(frozen=True)
class Difference:
    """How two models differ on one metric.

    Attributes:
        metric: its name.
        first: value of the first model, without bias if few items bias the metric's value (`corrected`).
        second: value of the second model.
        effect: first - second.
        corrected: whether both values are those that the jackknife corrects for bias.
        interval: of the effect; None if over 5 % of the clusters leave no value behind.
        p: two-sided p value of no difference; 1 where there is no interval.
        min_detectable_difference: smallest true difference found with 80 % power at this size; None with a reason.
        no_min_detectable: why there is no `min_detectable_difference`; None if there is one.
        share_sampling: fraction of the effect's variance that comes from sampling; None if nobody repeated.
        min_detectable_unsampled: smallest detectable difference with unlimited repeats; None if nobody repeated.
        p_holm: p by Holm's method, in a family of tests; equal to `p` until it is adjusted.
    """

    metric: str
    first: float
    second: float
    effect: float
    corrected: bool
    interval: Interval | None
    p: float
    min_detectable_difference: float | None
    no_min_detectable: str | None
    share_sampling: float | None
    min_detectable_unsampled: float | None
    p_holm: float


def difference(metric: Metric, first: Repeated, second: Repeated, clusters: Ints) -> Difference | None:
    """Compare two models' answers to the same n items.

    Args:
        metric: what is compared.
        first: one model's answers.
        second: the other's, in the same order of items; the number of repeats may differ.
        clusters: (n,) cluster index of each item, from 0 without gaps; at least two clusters.

    Returns:
        None if a repeat of either model has no value.
    """
    values = [fmean(one.values(metric, clusters.size)) for one in (first, second)]
    if np.isnan(values).any():
        return None
    parts = [of_clusters(metric, one, clusters) for one in (first, second)]
    known = [part for part in parts if part is not None]
    corrected = len(known) == 2 and metric.corrected
    if corrected:
        values = [float(part.mean()) for part in known]
    found = Difference(
        metric=metric.name,
        first=values[0],
        second=values[1],
        effect=values[0] - values[1],
        corrected=corrected,
        interval=None,
        p=1.0,
        min_detectable_difference=None,
        no_min_detectable=_UNKNOWN.reason,
        share_sampling=None,
        min_detectable_unsampled=None,
        p_holm=1.0,
    )
    if len(known) < 2:
        return found
    gaps = known[0] - known[1]
    p, least = sign_flip(gaps), detectable(gaps)
    share = _share_sampling(metric, first, second, clusters, float(gaps.std(ddof=1)) / gaps.size**0.5)
    return replace(
        found,
        interval=about_mean(gaps, SEED if gaps.size <= clusters.max() else None),
        p=p,
        min_detectable_difference=least.difference,
        no_min_detectable=least.reason,
        share_sampling=share,
        min_detectable_unsampled=without_sampling(least.difference, share),
        p_holm=p,
    )


def of_clusters(metric: Metric, answers: Repeated, clusters: Ints) -> Floats | None:
    """Return (groups,) pseudo-values of a model's score, one for each cluster, or for each of 500 groups of clusters.

    Two models on the same items, in the same order, have the same groups.

    Returns:
        None if the score has no value, or none without over 5 % of the groups.
    """
    kept = jackknife_weights(clusters, SEED, _MAX_GROUPS)
    blocks = np.array_split(kept, 1 + kept.size // _CELLS)
    left_out = [answers.compute(metric, block.astype(np.float64)) for block in blocks]  # ties between flips are exact
    return pseudo_values(
        fmean(answers.values(metric, clusters.size)), np.concatenate(left_out), corrected=metric.corrected
    )


def _share_sampling(
    metric: Metric, first: Repeated, second: Repeated, clusters: Ints, error: float | None
) -> float | None:
    """Return the fraction of error**2 that is sampling noise, at most 1; a model that answered once has none."""
    repeated = [one for one in (first, second) if one.count > 1]
    if not repeated or not error:
        return None
    noises = [sampling_sd(metric, one, clusters) for one in repeated]
    known = [noise**2 / one.count for noise, one in zip(noises, repeated, strict=True) if noise is not None]
    return min(1.0, sum(known) / error**2) if len(known) == len(repeated) else None
