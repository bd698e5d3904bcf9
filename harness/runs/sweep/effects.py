"""Main effects of axes: differences of a metric between variants on the same items, averaged over the other axes.

In a fully crossed design the mean over pairs of variants that differ in one axis only is the main effect of that axis'
level against its default (Montgomery 2017, Design and Analysis of Experiments, chapter 5). All variants are computed on
the same bootstrap draws of clusters, so an effect's draws are the same mean of the variants' draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from harness.metrics import Metric
from harness.metrics.outcome import Outcome
from harness.record.sweep import Effect, Spread
from harness.runs.sweep.design import Contrast
from harness.stats.arrays import Floats, Ints
from harness.stats.bootstrap import DRAWS, resample
from harness.stats.holm import holm
from harness.stats.intervals import Bootstrap, percentile
from harness.stats.sign_flip import pseudo_values, sign_flip
from harness.tasks.prompts.axes import Axes


@dataclass(frozen=True)
class Measured:
    """The main score of every distinct variant.

    Attributes:
        metric: the metric; every outcome has a value of it.
        outcomes: one for each distinct variant, all of the same n items in one order.
        place: index in `outcomes` of each variant of the design.
        clusters: (n,) cluster index of each item, from 0 without gaps; at least two clusters.
    """

    metric: Metric
    outcomes: Sequence[Outcome]
    place: Mapping[Axes, int]
    clusters: Ints


def effects(measured: Measured, contrasts: Sequence[Contrast], *, draws: int = DRAWS) -> list[Effect]:
    """Return every contrast's effect, with p values adjusted over all of them by Holm's method.

    Args:
        measured: the variants.
        contrasts: what to compare.
        draws: of the bootstrap.
    """
    computes = [partial(measured.metric.compute, outcome) for outcome in measured.outcomes]
    spreads = resample(computes, measured.clusters, draws=draws)
    found = [_effect(measured, spreads, one) for one in contrasts]
    adjusted = holm(np.array([one.p for one in found])).tolist()
    return [one.model_copy(update={"holm": p}) for one, p in zip(found, adjusted, strict=True)]


def spread_of(values: Sequence[float]) -> Spread:
    """Return the ends, range and standard deviation of a metric over variants."""
    least, greatest = min(values), max(values)
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Spread(variants=len(values), least=least, greatest=greatest, range=greatest - least, sd=sd)


def _effect(measured: Measured, spreads: Sequence[Bootstrap], contrast: Contrast) -> Effect:
    pairs = [(measured.place[one], measured.place[other]) for one, other in contrast.pairs]
    changed, kept = ([spreads[pair[side]] for pair in pairs] for side in (0, 1))
    at_level, at_default = (float(np.mean([one.value for one in side])) for side in (changed, kept))
    between = Bootstrap(
        value=at_level - at_default,
        draws=_mean([one.draws for one in changed]) - _mean([one.draws for one in kept]),
        left_out=_mean([one.left_out for one in changed]) - _mean([one.left_out for one in kept]),
        clusters=spreads[0].clusters,
        seed=spreads[0].seed,
    )
    gaps = pseudo_values(between.value, between.left_out, corrected=measured.metric.corrected)
    return Effect(
        axis=contrast.axis,
        level=contrast.level,
        default=contrast.default,
        pairs=len(pairs),
        at_level=at_level,
        at_default=at_default,
        effect=between.value,
        interval=percentile(between),
        p=1.0 if gaps is None else sign_flip(gaps),
        holm=1.0,
    )


def _mean(rows: Sequence[Floats]) -> Floats:
    mean: Floats = np.mean(rows, axis=0)
    return mean
