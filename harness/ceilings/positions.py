"""Where a score lies between knowing only how common labels are (0) and the best predictor from VA (1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.baselines.names import CONSTANT
from harness.ceilings.answers import BEST_SETS
from harness.ceilings.labels import PREDICTORS
from harness.ceilings.options import NEAREST_MEAN
from harness.ceilings.texts import RETRIEVAL
from harness.intervals import Bootstrap, percentile
from harness.metrics.algebra import ratio
from leaderboard.schema import Position

FROM_VA = ("prototype", *PREDICTORS, NEAREST_MEAN, RETRIEVAL)


@dataclass(frozen=True)
class Bounds:
    """The names of the best constant answer and of the best predictor, for one metric."""

    floor: str
    ceiling: str


def bounds(values: Mapping[str, float | None], *, higher_is_better: bool) -> Bounds | None:
    """Choose floor and ceiling among baselines and predictors by their values; None where either kind has none."""
    sign = 1 if higher_is_better else -1
    known = {name: sign * value for name, value in values.items() if value is not None}
    floors = [name for name in known if name in CONSTANT]
    ceilings = [name for name in known if name.removesuffix(BEST_SETS) in FROM_VA]
    if not floors or not ceilings:
        return None
    return Bounds(max(floors, key=known.__getitem__), max(ceilings, key=known.__getitem__))


def position(
    score: Bootstrap, floor: Bootstrap, ceiling: Bootstrap, names: Bounds, *, higher_is_better: bool, level: float
) -> Position:
    """Return (score - floor) / (ceiling - floor) with its interval, all three over the same draws.

    There is none where the ceiling is not above the floor with confidence `level`: what VA does not tell cannot be
    measured in shares of it.
    """
    reach = _minus(ceiling, floor) if higher_is_better else _minus(floor, ceiling)
    known = percentile(reach, level)
    if known is None or known.low <= 0:
        reason = f"no predictor from valence and arousal is surely better than {names.floor} here"
        return Position(value=None, reason=reason, floor=names.floor, ceiling=names.ceiling)
    gained = _minus(score, floor) if higher_is_better else _minus(floor, score)
    share = Bootstrap(
        value=gained.value / reach.value,
        draws=ratio(gained.draws, reach.draws),
        left_out=ratio(gained.left_out, reach.left_out),
        clusters=score.clusters,
        seed=score.seed,
    )
    return Position(
        value=share.value,
        interval=percentile(share, level),
        floor=names.floor,
        ceiling=names.ceiling,
    )


def _minus(one: Bootstrap, other: Bootstrap) -> Bootstrap:
    return Bootstrap(
        value=one.value - other.value,
        draws=np.subtract(one.draws, other.draws),
        left_out=np.subtract(one.left_out, other.left_out),
        clusters=one.clusters,
        seed=one.seed,
    )
