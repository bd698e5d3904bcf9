"""The normalized score: 0 is the best answer without knowledge of the item, 1 the best predictor from VA."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.metrics.algebra import ratio
from harness.metrics.registry import IntervalName, Metric
from harness.record import Interval, NormalizedScore
from harness.scoring.baselines.names import CONSTANT
from harness.scoring.ceilings.answers import BALANCED, SET_RULES
from harness.scoring.ceilings.labels import PREDICTORS
from harness.scoring.ceilings.options import NEAREST_MEAN
from harness.scoring.ceilings.texts import NEIGHBOURHOOD, RETRIEVAL, TERMS
from harness.stats.arrays import Floats
from harness.stats.intervals import (
    FEW_VALUES,
    NO_WIDTH,
    OUTSIDE,
    UNBOUNDED,
    Bootstrap,
    jackknife,
    percentile,
    wide,
)

CHANCE, SHUFFLED = "chance", "shuffled"
"""Floors besides constant answers: uniformly random ones, and the ceiling's answers to other items."""
ERRORS, SHARE = 3.0, 0.1
"""The least reach from floor to ceiling, in standard errors and as a share of the metric's range."""
_SIMPLE = ("prototype", *PREDICTORS, NEAREST_MEAN, RETRIEVAL, TERMS, NEIGHBOURHOOD)
FROM_VA = (*_SIMPLE, *(f"{name}{rule}" for name in PREDICTORS for rule in (*SET_RULES, BALANCED)))
_EXACT = 1e-7  # the root of a rounding error of the squares under it
_FEW = 0.05


@dataclass(frozen=True)
class Bounds:
    """The names of the best answers without knowledge of the item and of the best predictor, for one metric."""

    floor: str
    ceiling: str


def best_predictor(values: Mapping[str, float | None], *, higher_is_better: bool) -> str | None:
    """Return the name of the predictor from valence and arousal with the best value; None without one."""
    return _best({name: value for name, value in values.items() if name in FROM_VA}, higher_is_better)


def bounds(
    values: Mapping[str, float | None], ceiling: str | None, *, higher_is_better: bool
) -> Bounds | NormalizedScore:
    """Choose the floor: the best of the constant answers, `CHANCE` and `SHUFFLED`.

    Args:
        values: of each answerer, by name.
        ceiling: from `best_predictor`.
        higher_is_better: of the metric.

    Returns:
        The names, or a score without a value and the reason if there is no floor or no ceiling.
    """
    floors = (*CONSTANT, CHANCE, SHUFFLED)
    floor = _best({name: value for name, value in values.items() if name in floors}, higher_is_better)
    if floor is not None and ceiling is not None:
        return Bounds(floor, ceiling)
    nothing = "no answer without knowledge of the item has a value"
    reason = nothing if floor is None else "no predictor from valence and arousal has a value"
    return NormalizedScore(value=None, reason=reason, floor=floor, ceiling=ceiling)


def _best(values: Mapping[str, float | None], higher_is_better: bool) -> str | None:
    """Return the name of the best value, the first of equals."""
    sign = 1 if higher_is_better else -1
    known = {name: sign * value for name, value in values.items() if value is not None}
    return max(known, key=known.__getitem__, default=None)


def normalized_score(
    score: Bootstrap,
    floor: Bootstrap,
    ceiling: Bootstrap,
    names: Bounds,
    metric: Metric,
) -> NormalizedScore:
    """Return (score - floor) / (ceiling - floor) with its interval, over the same draws.

    There is no value if the ceiling is the metric's best, so that nothing was learned to reach it, or if the way from
    floor to ceiling is short (`ERRORS`, `SHARE`). The interval is the jackknife if the metric's own is, else the
    percentile interval, which covers better than corrected ones (`docs/statistics.md`).
    """
    higher_is_better, interval = bool(metric.higher_is_better), metric.interval
    reach = _minus(ceiling, floor) if higher_is_better else _minus(floor, ceiling)
    reason = _unusable(reach, ceiling.value, metric)
    if reason is not None:
        return NormalizedScore(value=None, reason=reason, floor=names.floor, ceiling=names.ceiling)
    gained = _minus(score, floor) if higher_is_better else _minus(floor, score)
    share = Bootstrap(
        value=gained.value / reach.value,
        draws=_over(gained.draws, reach.draws),
        left_out=_over(gained.left_out, reach.left_out),
        clusters=score.clusters,
        seed=score.seed,
    )
    found = _interval(share, interval)
    ends = wide(found)
    return NormalizedScore(
        value=share.value,
        floor_value=floor.value,
        reason=None if ends else NO_WIDTH if found else FEW_VALUES,
        note=OUTSIDE if ends and not ends.low <= share.value <= ends.high else None,
        interval=ends,
        floor=names.floor,
        ceiling=names.ceiling,
    )


def overall(places: Sequence[NormalizedScore | None]) -> tuple[float | None, float | None, float | None]:
    """Return the mean of normalized scores with an interval; None thrice if one has no value or no interval.

    The ends are the means of the ends. However the tasks' errors hang together, the standard error of a mean is at most
    the mean of the standard errors, so the interval covers at least as often as those of the tasks.
    """
    known = [
        (one.value, one.interval.low, one.interval.high)
        for one in places
        if one and one.value is not None and one.interval
    ]
    if not known or len(known) < len(places):
        return None, None, None
    mean, low, high = np.mean(known, axis=0).tolist()
    return mean, low, high


def _unusable(reach: Bootstrap, ceiling: float, metric: Metric) -> str | None:
    """Return why no score can be normalized by this reach."""
    best = metric.span[bool(metric.higher_is_better)]
    if math.isclose(ceiling, best, abs_tol=_EXACT):
        return "a rule that reads what is shown scores the best possible value"
    worst = metric.span[not metric.higher_is_better] if metric.fixed_chance is None else metric.fixed_chance
    whole = abs(best - worst)
    if math.isfinite(whole) and reach.value < SHARE * whole:
        return f"valence and arousal tell too little: from floor to ceiling is under {SHARE:.0%} of the range"
    if np.isnan(reach.draws).mean() > _FEW:
        return "from floor to ceiling has no standard error: over 5 % of the bootstrap draws have no value"
    if not reach.value > ERRORS * float(np.nanstd(reach.draws)):
        return f"valence and arousal tell too little: from floor to ceiling is under {ERRORS:g} standard errors"
    return None


def _interval(bootstrap: Bootstrap, kind: IntervalName) -> Interval | None:
    return jackknife(bootstrap, UNBOUNDED) if kind == "jackknife" else percentile(bootstrap)


def _over(gained: Floats, reach: Floats) -> Floats:
    """Divide; NaN where ceiling and floor are equal."""
    return ratio(gained, np.where(reach == 0, np.nan, reach))


def _minus(one: Bootstrap, other: Bootstrap) -> Bootstrap:
    return Bootstrap(
        value=one.value - other.value,
        draws=np.subtract(one.draws, other.draws),
        left_out=np.subtract(one.left_out, other.left_out),
        clusters=one.clusters,
        seed=one.seed,
    )
