"""Metrics of a stated distribution over labels against the true one, averaged over items.

No answer counts as the worst certain answer: all mass on the label with the largest divergence. Stated numbers are
divided by their sum.
"""

from __future__ import annotations

from functools import cache
from math import inf, sqrt

import numpy as np

from harness.metrics.algebra import once, weighted_mean
from harness.metrics.outcome import Distributed
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import prototypes

SMOOTHING = 0.01
"""Fraction of the answer spread evenly before Kullback-Leibler, so that a 0 has a finite cost."""
_NOTHING = 1e-12
_SLACK = 1e-10
"""Tolerance of the mass that a label may take, because sums are equal up to rounding only."""
_BLOCK = 50


@metric(
    "distribution",
    line="Jensen-Shannon divergence between the stated and the true distribution",
    higher_is_better=False,
)
def js_divergence(outcome: Distributed, weights: Weights) -> Floats:
    """Return (draws,) mean divergences to base 2, in [0, 1] (Lin 1991, IEEE Trans. Inf. Theory 37(1), 145-151)."""
    return weighted_mean(_js(outcome), weights)


@metric(
    "distribution",
    line="Kullback-Leibler divergence of the true from the stated distribution (1 % of it spread evenly)",
    higher_is_better=False,
    span=(0.0, inf),
)
def kl_divergence(outcome: Distributed, weights: Weights) -> Floats:
    """Return (draws,) means of sum p ln(p / q), in nats, from 0; q is 0.99 of the answer plus 0.01 / k.

    Kullback & Leibler (1951), Ann. Math. Stat. 22, 79-86; scipy `entropy`.
    """
    return weighted_mean(_kl(outcome), weights)


@metric(
    "distribution",
    line="earth mover's distance in the VA plane between the two distributions",
    higher_is_better=False,
    undefined="a label has no published valence and arousal",
    chance=None,  # too slow: one linear program for each random answer
    span=(0.0, 2 * sqrt(2)),
)
def emd(outcome: Distributed, weights: Weights) -> Floats:
    """Return (draws,) mean distances, in [0, 2 sqrt 2] (Rubner, Tomasi & Guibas 2000, IJCV 40(2), 99-121).

    The least sum of mass times distance that turns one into the other. The distance of two labels is the Euclidean one
    of their prototypes (Russell & Mehrabian 1977).
    """
    ground = _ground(outcome.labels)
    return np.full(len(weights), np.nan) if ground is None else weighted_mean(_emd(outcome), weights)


@metric(
    "distribution",
    line="fraction of answers whose numbers sum to neither 1 nor 100",
    higher_is_better=False,
    undefined="no answer states any numbers",
    proportion=True,
    partial=True,
    chance=None,
)
def unnormalised(outcome: Distributed, weights: Weights) -> Floats:
    """Return (draws,) fractions of parsed answers that had to be divided by their sum, in [0, 1]."""
    return weighted_mean(outcome.unnormalised, weights)


def js(true: Floats, said: Floats) -> Floats:
    """Return the Jensen-Shannon divergence to base 2 along the last axis."""
    middle = (true + said) / 2
    found: Floats = (_relative(true, middle) + _relative(said, middle)) / (2 * np.log(2))
    return np.maximum(found, 0.0)  # rounding goes below


def transport(true: Floats, said: Floats, ground: Floats) -> Floats:
    """Return (n,) earth mover's distances of (n, k) rows, by one linear program for each block of items.

    Mass that both rows share stays in place because `ground` is a metric; only differences are moved.
    """
    return np.concatenate([
        _solve(true[start : start + _BLOCK] - said[start : start + _BLOCK], ground)
        for start in range(0, len(true), _BLOCK)
    ])  # fmt: skip


@once
def _js(outcome: Distributed) -> Floats:
    certain = np.eye(len(outcome.labels))
    worst = js(outcome.reference[:, None, :], certain[None]).max(axis=1)
    return _or(js(outcome.reference, outcome.answered), worst)


@once
def _kl(outcome: Distributed) -> Floats:
    certain = _smooth(np.eye(len(outcome.labels)))
    worst = _relative(outcome.reference[:, None, :], certain[None]).max(axis=1)
    return _or(_relative(outcome.reference, _smooth(outcome.answered)), worst)


@once
def _emd(outcome: Distributed) -> Floats:
    ground = _ground(outcome.labels)
    if ground is None:
        raise ValueError("the labels have no distances")
    silent = np.isnan(outcome.answered).any(axis=1)
    found: Floats = (outcome.reference @ ground).max(axis=1)
    if not silent.all():
        found[~silent] = transport(outcome.reference[~silent], outcome.answered[~silent], ground)
    return found


def _relative(p: Floats, q: Floats) -> Floats:
    """Return sum p ln(p / q) along the last axis; 0 ln 0 is 0."""
    from scipy.special import rel_entr

    return np.asarray(rel_entr(p, q).sum(axis=-1), dtype=np.float64)


def _smooth(shares: Floats) -> Floats:
    smoothed: Floats = (1 - SMOOTHING) * shares + SMOOTHING / shares.shape[-1]
    return smoothed


def _or(found: Floats, worst: Floats) -> Floats:
    return np.where(np.isnan(found), worst, found)


@cache
def _ground(labels: tuple[str, ...]) -> Floats | None:
    """Return (k, k) distances between the labels' prototypes; None if a label has no prototype."""
    try:
        places = prototypes(labels)
    except InputError:
        return None
    return np.asarray(np.linalg.norm(places[:, None] - places[None], axis=2), dtype=np.float64)


def _solve(excess: Floats, ground: Floats) -> Floats:
    """Return (n,) least costs of moving mass from positive to negative entries of `excess`."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    item, source, sink = np.nonzero((excess[:, :, None] > _NOTHING) & (excess[:, None, :] < -_NOTHING))
    if not item.size:
        return np.zeros(len(excess))
    k, way, one = excess.shape[1], np.arange(item.size), np.ones(item.size)
    givers, out = np.unique(item * k + source, return_inverse=True)
    takers, into = np.unique(item * k + sink, return_inverse=True)
    costs = ground[source, sink]
    found = linprog(  # type: ignore[call-overload]  # scipy's stubs know no sparse matrices
        costs,
        A_eq=coo_array((one, (out, way)), shape=(givers.size, way.size)).tocsc(),
        b_eq=excess.ravel()[givers],
        A_ub=coo_array((one, (into, way)), shape=(takers.size, way.size)).tocsc(),
        b_ub=_SLACK - excess.ravel()[takers],
        method="highs",
    )
    if not found.success:
        raise ArithmeticError(f"transport has no solution: {found.message}")
    return np.asarray(np.bincount(item, weights=costs * found.x, minlength=len(excess)), dtype=np.float64)
