"""Compute a task's numbers from samples and the answers of baselines and ceilings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean

import numpy as np

from harness.kinds import Answered, Centroids, Kind
from harness.metrics import Metric
from harness.metrics.outcome import Labelled, LabelSets, Outcome
from harness.metrics.registry import labels_lost
from harness.record import (
    AnswerCounts,
    Bias,
    ClassScore,
    Confusion,
    NormalizedScore,
    ReliabilityBin,
    Sample,
    Sampling,
    Score,
)
from harness.scoring import breakdown
from harness.scoring.anchors import NO_ANCHORS, Anchor, Anchors
from harness.scoring.answers import GUESSES, Answers
from harness.scoring.breakdown import or_none
from harness.scoring.chance import chances, random
from harness.scoring.estimate import estimate
from harness.scoring.normalized_score import (
    CHANCE,
    SHUFFLED,
    Bounds,
    best_predictor,
    bounds,
    normalized_score,
)
from harness.scoring.repeats import Repeated, components
from harness.scoring.samples import answered, answered_again, answered_by, only, placed, whole
from harness.stats.arrays import Floats, Weights
from harness.stats.bootstrap import Compute, clusters_with_value, resample
from harness.stats.clusters import cluster_index
from harness.stats.intervals import Bootstrap

RESUME = "repeat the command to request them, or add --allow-missing to score the rest"
_NONE_PARSED = "no answer could be parsed: all count as wrong"
_MODEL = ""

Values = dict[str, float | None]
Spreads = dict[tuple[str, str], Bootstrap]


@dataclass(frozen=True)
class TaskScores:
    """A task's numbers, as in its record."""

    clusters: int
    answers: AnswerCounts
    metrics: dict[str, Score]
    per_class: dict[str, ClassScore]
    confusion: Confusion | None
    bias: Bias | None
    reliability: dict[str, tuple[ReliabilityBin, ...]]
    centroids: Centroids | None


def score(
    kind: Kind,
    labels: tuple[str, ...],
    samples: Sequence[Sample],
    *,
    others: Anchors = NO_ANCHORS,
    allow_missing: bool = False,
    lost: Sequence[str] = (),
) -> TaskScores:
    """Compute every number of a task.

    Args:
        kind: of question.
        labels: the task's label set; empty for descriptions and for choices that differ by item.
        samples: n samples, at least one.
        others: answers of baselines and ceilings to the same items.
        allow_missing: if answers are missing, score the other items with a note; else withhold all scores.
        lost: labels of the split that the sample of items lost; means over labels then have no value.
    """
    counts = breakdown.answer_counts([one for repeat in _repeats(kind, samples) for one in repeat])
    there = whole(samples)
    absent = (
        f"{len(samples) - len(there)} of {len(samples)} items lack an answer" if len(there) < len(samples) else None
    )
    if absent and (not allow_missing or not there):
        return _withheld(kind, samples, counts, f"withheld: {absent}; {RESUME}")
    scores = _task_scores(kind, labels, only(samples, there), others.only(there), counts)
    scores = replace(scores, metrics=scores.metrics | _lost(kind, len(lost), len(labels)))
    if absent:
        return _noted(scores, f"over the other items only: {absent}")
    return scores if counts.ok else _noted(scores, _NONE_PARSED)


def _withheld(kind: Kind, samples: Sequence[Sample], counts: AnswerCounts, reason: str) -> TaskScores:
    return TaskScores(
        clusters=int(cluster_index([sample.item for sample in samples]).max()) + 1,
        answers=counts,
        metrics={
            metric.name: Score(value=None, reason=reason, higher_is_better=metric.higher_is_better)
            for metric in kind.metrics
        },
        per_class={},
        confusion=None,
        bias=None,
        reliability={},
        centroids=None,
    )


def _noted(scores: TaskScores, said: str) -> TaskScores:
    """Put a note in front of every metric's notes."""
    notes = {name: "; ".join(filter(None, [said, one.note])) for name, one in scores.metrics.items()}
    return replace(
        scores, metrics={name: one.model_copy(update={"note": notes[name]}) for name, one in scores.metrics.items()}
    )


def _task_scores(
    kind: Kind,
    labels: tuple[str, ...],
    samples: Sequence[Sample],
    others: Anchors,
    counts: AnswerCounts,
) -> TaskScores:
    def outcomes(anchors: Mapping[str, Anchor]) -> dict[str, Outcome]:
        rows = {name: answered_by(name, one, kind, samples) for name, one in anchors.items()}
        return {name: kind.outcome(labels, placed(row, others.centroids)) for name, row in rows.items()}

    repeats = repeated(kind, labels, samples, others.centroids)
    model = repeats.pooled
    answers = Answers(
        model=repeats,
        baselines=outcomes(others.baselines),
        ceilings=outcomes(others.ceilings),
        clusters=cluster_index([sample.item for sample in samples]),
    )
    fixed = isinstance(model, Labelled | LabelSets) and bool(labels)
    return TaskScores(
        clusters=answers.count,
        answers=counts,
        metrics=_scores(kind, answers),
        per_class=breakdown.per_class(model) if isinstance(model, Labelled | LabelSets) and fixed else {},
        confusion=breakdown.confusion(model) if isinstance(model, Labelled) and fixed else None,
        bias=breakdown.bias(model) if isinstance(model, Labelled | LabelSets) and fixed else None,
        reliability=breakdown.reliability(model) if isinstance(model, Labelled) else {},
        centroids=others.centroids if fixed else None,
    )


def _lost(kind: Kind, lost: int, labels: int) -> dict[str, Score]:
    """Return the means over labels without a value, if labels were lost."""
    return {
        metric.name: Score(value=None, reason=labels_lost(lost, labels), higher_is_better=metric.higher_is_better)
        for metric in kind.metrics
        if lost and metric.per_label
    }


def repeated(
    kind: Kind, labels: tuple[str, ...], samples: Sequence[Sample], centroids: Centroids | None = None
) -> Repeated:
    """Arrange the model's answers, of each repeat and of all together; distances are to `centroids`, else to norms."""
    repeats = [placed(repeat, centroids) for repeat in _repeats(kind, samples)]
    pooled = kind.outcome(labels, [one for repeat in repeats for one in repeat])
    each = tuple(kind.outcome(labels, repeat) for repeat in repeats) if len(repeats) > 1 else (pooled,)
    return Repeated(each, pooled)


def _repeats(kind: Kind, samples: Sequence[Sample]) -> list[list[Answered]]:
    return [answered(samples), *answered_again(kind, samples)]


def _scores(kind: Kind, answers: Answers) -> dict[str, Score]:
    n, metrics = answers.clusters.size, kind.metrics
    defined = [metric for metric in metrics if not any(map(math.isnan, answers.model.values(metric, n)))]
    expected = chances(kind, defined, answers.model.outcomes[0], n)
    beside = {metric.name: _values(metric, answers.baselines, n) for metric in defined}
    above = {metric.name: _values(metric, answers.ceilings, n) for metric in defined}
    between = {
        metric.name: _between(metric, answers, beside[metric.name], above[metric.name], expected[metric.name])
        for metric in defined
        if metric.higher_is_better is not None
    }
    spreads = _resample(kind, defined, answers, between) if answers.count > 1 else {}
    found = {}
    for metric in metrics:
        name, better = metric.name, metric.higher_is_better
        if metric not in defined:
            found[name] = Score(value=None, reason=metric.reason(answers.model.pooled), higher_is_better=better)
            continue
        spread = spreads.get((_MODEL, name))
        plain = estimate(
            metric,
            fmean(answers.model.values(metric, n)),
            spread and _with_valued_clusters(metric, answers, spread),
            independent=n if answers.count == n and answers.model.count == 1 else None,
        )
        found[name] = plain.model_copy(
            update={
                "chance": expected[name],
                "baselines": beside[name],
                "ceilings": above[name],
                "normalized_score": _normalized(metric, spreads, between.get(name)),
                "sampling": _sampling(metric, answers, spread),
            }
        )
    return found


def _between(
    metric: Metric, answers: Answers, beside: Values, above: Values, chance: float | None
) -> Bounds | NormalizedScore:
    """Choose floor and ceiling. Where random answers have a fixed value, so have answers to other items."""
    better = bool(metric.higher_is_better)
    ceiling = best_predictor(beside | above, higher_is_better=better)
    floors = beside | {CHANCE: chance}
    if ceiling is not None and metric.fixed_chance is None:
        values = [metric.value(one, answers.clusters.size) for one in answers.to_others(ceiling)]
        floors[SHUFFLED] = or_none(fmean(values)) if values else None
    return bounds(floors, ceiling, higher_is_better=better)


def _resample(
    kind: Kind, metrics: Sequence[Metric], answers: Answers, between: dict[str, Bounds | NormalizedScore]
) -> Spreads:
    """Resample the model and each metric's floor and ceiling over the same draws."""
    beside = answers.baselines | answers.ceilings
    guesses: tuple[Outcome, ...] = ()
    ceilings = {name: found.ceiling for name, found in between.items() if isinstance(found, Bounds)}
    asked = [(_MODEL, metric) for metric in metrics]
    for metric in metrics:
        found = between.get(metric.name)
        asked += [(found.floor, metric), (found.ceiling, metric)] if isinstance(found, Bounds) else []
    asked = sorted(dict.fromkeys(asked), key=lambda pair: pair[0])
    computes: list[Compute] = []
    for name, metric in asked:
        if name == _MODEL:
            computes.append(partial(answers.model.compute, metric))
        elif name == CHANCE and metric.fixed_chance is not None:
            computes.append(partial(_always, metric.fixed_chance))
        elif name == CHANCE:
            guesses = guesses or random(kind, answers.model.outcomes[0], GUESSES)
            computes.append(partial(_mean, metric, guesses))
        elif name == SHUFFLED:
            computes.append(partial(_mean, metric, answers.to_others(ceilings[metric.name])))
        else:
            computes.append(partial(metric.compute, beside[name]))
    spreads = resample(computes, answers.clusters)
    return {(name, metric.name): spread for (name, metric), spread in zip(asked, spreads, strict=True)}


def _with_valued_clusters(metric: Metric, answers: Answers, spread: Bootstrap) -> Bootstrap | None:
    """Return the resampling distribution with the number of clusters that have a value; None below two."""
    if not metric.partial:
        return spread
    counted = clusters_with_value(partial(answers.model.compute, metric), answers.clusters)
    return replace(spread, clusters=counted) if counted > 1 else None


def _sampling(metric: Metric, answers: Answers, spread: Bootstrap | None) -> Sampling | None:
    return components(metric, answers.model, answers.clusters, spread) if answers.model.count > 1 else None


def _mean(metric: Metric, outcomes: Sequence[Outcome], weights: Weights) -> Floats:
    found: Floats = np.mean([metric.compute(outcome, weights) for outcome in outcomes], axis=0)
    return found


def _always(value: float, weights: Weights) -> Floats:
    return np.full(len(weights), value)


def _normalized(metric: Metric, spreads: Spreads, names: Bounds | NormalizedScore | None) -> NormalizedScore | None:
    if names is None or isinstance(names, NormalizedScore):
        return names
    if not spreads:
        return NormalizedScore(
            value=None, reason="all items form one cluster", floor=names.floor, ceiling=names.ceiling
        )
    return normalized_score(
        spreads[_MODEL, metric.name],
        spreads[names.floor, metric.name],
        spreads[names.ceiling, metric.name],
        names,
        metric,
    )


def _values(metric: Metric, outcomes: dict[str, Outcome], n: int) -> Values:
    return {name: or_none(metric.value(given, n)) for name, given in outcomes.items()}
