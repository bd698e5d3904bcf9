"""A task's main score under the strict, the default and the lenient reader."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from harness.kinds import Centroids, Kind
from harness.kinds.measures import Instruments
from harness.record import Sample, Score
from harness.scoring.samples import judge, only, whole
from harness.scoring.score import repeated
from harness.text.readers import READERS, reading_as


def by_reader(
    kind: Kind,
    labels: tuple[str, ...],
    samples: Sequence[Sample],
    *,
    main_score: str,
    by: Instruments | None,
    centroids: Centroids | None = None,
) -> dict[str, float]:
    """Compute the main score under each reader, over the items with all answers.

    Args:
        kind: of question.
        labels: the task's label set.
        samples: of the task, with texts.
        main_score: the metric.
        by: instruments that score descriptions.
        centroids: as in the record.

    Returns:
        One value for each reader; a reader without a value is left out.
    """
    there = only(samples, whole(samples))
    found: dict[str, float] = {}
    for name in READERS if there else ():
        with reading_as(name):
            answers = repeated(kind, labels, _again(kind, there, by), centroids)
            value = fmean(answers.values(kind.metric(main_score), len(there)))
        if not math.isnan(value):
            found[name] = value
    return found


def moved(score: Score, readers: Mapping[str, float]) -> dict[str, float]:
    """Return the readers under which the score moves by more than half its interval's width, with their values."""
    if score.value is None or score.interval is None:
        return {}
    half = (score.interval.high - score.interval.low) / 2
    return {name: value for name, value in readers.items() if abs(value - score.value) > half}


def rank(score: Score, value: float) -> tuple[int, int]:
    """Return the place of a value among the baselines and ceilings of its metric, and how many there are with it."""
    others = [*score.baselines.values(), *score.ceilings.values()]
    known = [other for other in others if other is not None]
    better = sum(other > value if score.higher_is_better is not False else other < value for other in known)
    return better + 1, len(known) + 1


def _again(kind: Kind, samples: Sequence[Sample], by: Instruments | None) -> list[Sample]:
    items, prompts = [one.item for one in samples], [one.prompt for one in samples]
    parsed, scores = judge(kind, items, [one.answer for one in samples], by, prompts=prompts)
    rows = zip(samples, parsed, scores, strict=True)
    return [one.model_copy(update={"parsed": read, "scores": dict(row)}) for one, read, row in rows]
