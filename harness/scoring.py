"""From samples to a task's numbers; nothing but the samples is read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

import numpy as np

from harness.bootstrap import resample
from harness.chance import chances
from harness.intervals import LEVEL, Bootstrap, bca, percentile, wilson
from harness.kinds import Kind
from harness.metrics import Metric, metrics_of
from harness.metrics.algebra import class_counts, ratio
from harness.metrics.labels import confusion_counts
from harness.metrics.outcome import Ints, Labelled, LabelSets, Outcome
from harness.outcomes import cluster_index, outcome
from harness.samples import answered, answered_by
from leaderboard.schema import AnswerCounts, ClassScore, Confusion, Sample, Score

_ONE_CLUSTER = "no interval: all items form one cluster"
_FEW_VALUES = "no interval: over 5 % of the bootstrap draws have no value"


Outcomes = dict[str, Outcome]


@dataclass(frozen=True)
class TaskScores:
    """A task's numbers, as they stand in its record."""

    clusters: int
    answers: AnswerCounts
    metrics: dict[str, Score]
    per_class: dict[str, ClassScore]
    confusion: Confusion | None


def score(kind: Kind, labels: tuple[str, ...], samples: Sequence[Sample], level: float = LEVEL) -> TaskScores:
    """Compute every number of a task.

    Args:
        kind: what was asked.
        labels: the task's label set; empty for descriptions and for choices that differ by item.
        samples: n samples, at least one.
        level: of every interval, in (0, 1).
    """
    model = outcome(kind, labels, answered(samples))
    baselines = {name: outcome(kind, labels, answered_by(name, kind, samples)) for name in samples[0].baselines}
    clusters = cluster_index([sample.item for sample in samples])
    found = metrics_of(kind)
    expected = chances(found, model, clusters.size)
    spreads = resample([partial(metric.compute, model) for metric in found], clusters) if clusters.max() else []
    return TaskScores(
        clusters=int(clusters.max()) + 1,
        answers=_count(samples),
        metrics={
            metric.name: _score(
                metric, model, clusters, spread, baselines=baselines, chance=expected[metric.name], level=level
            )
            for metric, spread in zip_longest(found, spreads)
        },
        per_class=_per_class(model) if isinstance(model, Labelled | LabelSets) and labels else {},
        confusion=_confusion(model) if isinstance(model, Labelled) and labels else None,
    )


def _score(
    metric: Metric,
    model: Outcome,
    clusters: Ints,
    spread: Bootstrap | None,
    *,
    baselines: Outcomes,
    chance: float | None,
    level: float,
) -> Score:
    n, count = clusters.size, int(clusters.max()) + 1
    value = metric.value(model, n)
    if math.isnan(value):
        return Score(value=None, reason=metric.undefined, higher_is_better=metric.higher_is_better)
    sampled = percentile(spread, level) if spread else None
    best = wilson(round(value * n), n, level) if metric.proportion and count == n else spread and bca(spread, level)
    return Score(
        value=value,
        reason=None if best or sampled else _FEW_VALUES if spread else _ONE_CLUSTER,
        note=_note(metric, count),
        interval=best or sampled,
        percentile=sampled,
        chance=chance,
        higher_is_better=metric.higher_is_better,
        baselines={name: _or_none(metric.value(given, n)) for name, given in baselines.items()},
    )


def _note(metric: Metric, clusters: int) -> str | None:
    if clusters >= metric.reliable_from:
        return None
    return f"{clusters} clusters: below {metric.reliable_from} the interval may cover less often than it states"


def _count(samples: Sequence[Sample]) -> AnswerCounts:
    counts = Counter(sample.parsed.status for sample in samples)
    n = len(samples)
    return AnswerCounts(
        ok=counts["ok"],
        unparsed=counts["unparsed"],
        refused=counts["refused"],
        empty=counts["empty"],
        unparsed_rate=counts["unparsed"] / n,
        refused_rate=counts["refused"] / n,
        empty_rate=counts["empty"] / n,
    )


def _per_class(model: Labelled | LabelSets) -> dict[str, ClassScore]:
    counts = class_counts(model, np.ones((1, len(model.gold))))
    precision = ratio(counts.hits, counts.predicted)[0]
    recall = ratio(counts.hits, counts.gold)[0]
    f1 = ratio(2 * counts.hits, counts.gold + counts.predicted)[0]
    return {
        label: ClassScore(
            precision=_or_none(precision[index]),
            recall=_or_none(recall[index]),
            f1=_or_none(f1[index]),
            support=int(counts.gold[0, index]),
        )
        for index, label in enumerate(model.labels)
    }


def _confusion(model: Labelled) -> Confusion:
    counts = confusion_counts(model).tolist()
    return Confusion(labels=model.labels, counts=tuple(tuple(row) for row in counts))


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
