"""The normalized score: 0 is the best constant answer, 1 the best predictor from VA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.metrics.algebra import ratio
from harness.metrics.registry import IntervalName
from harness.record import Interval, NormalizedScore
from harness.scoring.baselines.names import CONSTANT
from harness.scoring.ceilings.answers import SET_RULES
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

CHANCE = "chance"
"""Name of the floor if a constant answer has no value, as with correlations (0 / 0)."""
_SIMPLE = ("prototype", *PREDICTORS, NEAREST_MEAN, RETRIEVAL, TERMS, NEIGHBOURHOOD)
FROM_VA = (*_SIMPLE, *(f"{name}{rule}" for name in PREDICTORS for rule in SET_RULES))


@dataclass(frozen=True)
class Bounds:
    """The names of the best constant answer and of the best predictor, for one metric."""

    floor: str
    ceiling: str


def bounds(
    values: Mapping[str, float | None], *, higher_is_better: bool, chance: float | None = None
) -> Bounds | NormalizedScore:
    """Choose floor and ceiling among baselines and predictors by their values.

    Args:
        values: of each, by name.
        higher_is_better: of the metric.
        chance: the floor if no constant answer has a value: the fixed chance value, which is the limit for answers that
            become constant. None if chance must be simulated.

    Returns:
        The names, or a score without a value and the reason if there is no floor or no ceiling.
    """
    sign = 1 if higher_is_better else -1
    known = {name: sign * value for name, value in values.items() if value is not None}
    floors = [name for name in known if name in CONSTANT]
    if not floors and chance is not None:
        floors, known[CHANCE] = [CHANCE], sign * chance
    ceilings = [name for name in known if name in FROM_VA]
    floor = max(floors, key=known.__getitem__, default=None)
    ceiling = max(ceilings, key=known.__getitem__, default=None)
    if floor is not None and ceiling is not None:
        return Bounds(floor, ceiling)
    reason = "no constant answer has a value" if floor is None else "no predictor from valence and arousal has a value"
    return NormalizedScore(value=None, reason=reason, floor=floor, ceiling=ceiling)


def normalized_score(
    score: Bootstrap,
    floor: Bootstrap,
    ceiling: Bootstrap,
    names: Bounds,
    *,
    higher_is_better: bool,
    interval: IntervalName = "percentile",
) -> NormalizedScore:
    """Return (score - floor) / (ceiling - floor) with its interval, over the same draws.

    There is no value unless the ceiling is above the floor with 95 % confidence. The interval is the jackknife if the
    metric's own is, else the percentile interval, which covers better than corrected ones (`docs/statistics.md`).
    """
    reach = _minus(ceiling, floor) if higher_is_better else _minus(floor, ceiling)
    known = _interval(reach, interval)
    if known is None or known.low <= 0:
        reason = f"no predictor from valence and arousal is better than {names.floor} with 95 % confidence"
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
        reason=None if ends else NO_WIDTH if found else FEW_VALUES,
        note=OUTSIDE if ends and not ends.low <= share.value <= ends.high else None,
        interval=ends,
        floor=names.floor,
        ceiling=names.ceiling,
    )


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
