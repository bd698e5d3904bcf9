"""Details of a task's scores: answer counts, scores by label, confusion matrix, bias and calibration."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from harness.kinds import Answered
from harness.metrics.algebra import class_counts, ratio
from harness.metrics.bias import excess
from harness.metrics.labels import confusion_counts
from harness.metrics.likelihood import BINS, binned
from harness.metrics.outcome import Labelled, LabelSets
from harness.record import AnswerCounts, Bias, ClassScore, Confusion, ReliabilityBin
from harness.stats.arrays import Floats, Ints


def answer_counts(answered: Sequence[Answered]) -> AnswerCounts:
    """Count answers by status; rates are fractions of the answers received, 0 if there are none."""
    counts = Counter(one.parsed.status for one in answered)
    n = max(1, len(answered) - counts["missing"])
    return AnswerCounts(
        ok=counts["ok"],
        unparsed=counts["unparsed"],
        refused=counts["refused"],
        empty=counts["empty"],
        unparsed_rate=counts["unparsed"] / n,
        refused_rate=counts["refused"] / n,
        empty_rate=counts["empty"] / n,
        echo=counts["echo"],
        truncated=counts["truncated"],
        filtered=counts["filtered"],
        missing=counts["missing"],
        cut_off=sum(one.answer.finish == "length" for one in answered),
    )


def per_class(model: Labelled | LabelSets) -> dict[str, ClassScore]:
    """Return precision, recall, F1 and support of each label."""
    counts = class_counts(model, np.ones((1, len(model.gold))))
    precision = ratio(counts.hits, counts.predicted)[0]
    recall = ratio(counts.hits, counts.gold)[0]
    f1 = ratio(2 * counts.hits, counts.gold + counts.predicted)[0]
    return {
        label: ClassScore(
            precision=or_none(precision[index]),
            recall=or_none(recall[index]),
            f1=or_none(f1[index]),
            support=int(counts.gold[0, index]),
        )
        for index, label in enumerate(model.labels)
    }


def confusion(model: Labelled) -> Confusion:
    """Return counts of answers by truth."""
    counts = confusion_counts(model).tolist()
    return Confusion(labels=model.labels, counts=tuple(tuple(row) for row in counts))


def bias(model: Labelled | LabelSets) -> Bias:
    """Return how often each label is answered and is true, and the most over-used label."""
    ones = np.ones((1, len(model.gold)))
    counts = class_counts(model, ones)
    above = np.nan_to_num(excess(model, ones)[0])
    over = int(np.argmax(above)) if (above > 0).any() else None
    return Bias(
        answered={label: int(count) for label, count in zip(model.labels, counts.predicted[0], strict=True)},
        true={label: int(count) for label, count in zip(model.labels, counts.gold[0], strict=True)},
        most_overused=None if over is None else model.labels[over],
    )


def reliability(model: Labelled) -> dict[str, tuple[ReliabilityBin, ...]]:
    """Return reliability diagrams of plain, length-normalised and calibrated probabilities, if there are any."""
    given = {"raw": model.scores, "normalised": model.scores_norm, "calibrated": model.scores_cal}
    return {name: _bins(scores, model.gold) for name, scores in given.items() if scores is not None}


def or_none(value: float) -> float | None:
    """Return None for NaN."""
    return None if math.isnan(value) else float(value)


def _bins(scores: Floats, gold: Ints) -> tuple[ReliabilityBin, ...]:
    members, confidence, right = binned(scores, gold)
    items = members.sum(axis=0)
    means, rights = ratio(confidence @ members, items), ratio(right @ members, items)
    return tuple(
        ReliabilityBin(
            low=place / BINS,
            high=(place + 1) / BINS,
            items=int(items[place]),
            confidence=or_none(means[place]),
            accuracy=or_none(rights[place]),
        )
        for place in range(BINS)
    )
