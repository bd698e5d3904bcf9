"""Collect what a model's page shows of one task's items: where answers are right, and the worst ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.record import Sample, TaskRecord
from harness.stats.auc import auc

SHOWN = 10
Scored = tuple[Sample, float | None]
"""An item with its own score."""
_GOOD = 0.5


@dataclass(frozen=True)
class Anatomy:
    """What a page shows of one task's items.

    Attributes:
        score_name: name of the item score.
        good_from: an item counts as right from this score on.
        points: (valence, arousal, right) of each item that has a score.
        unscored: number of items without a score.
        random: items drawn from a seed.
        worst: items with the lowest scores; of equal ones, those with the earliest id.
    """

    score_name: str
    good_from: float
    points: tuple[tuple[float, float, bool], ...]
    unscored: int
    random: tuple[Scored, ...]
    worst: tuple[Scored, ...]


def anatomy(task: TaskRecord, samples: Sequence[Sample]) -> Anatomy:
    """Collect items from one task's samples; items without an answer are left out."""
    there = [sample for sample in samples if sample.answer.missing is None]
    ordered = sorted(there, key=lambda sample: sample.item.item_id)
    name = _score_name(task, ordered[0]) if ordered else "-"
    scores = [_item_score(task, sample, name) for sample in ordered]
    known = [score for score in scores if score is not None]
    good = float(np.median(known)) if task.kind == "description" and known else _GOOD
    rows = np.random.default_rng(0).permutation(len(ordered))[:SHOWN]
    scored = [(score, row) for row, score in enumerate(scores) if score is not None]
    return Anatomy(
        score_name=name,
        good_from=good,
        points=tuple((ordered[row].item.valence, ordered[row].item.arousal, score >= good) for score, row in scored),
        unscored=len(ordered) - len(scored),
        random=tuple((ordered[row], scores[row]) for row in rows),
        worst=tuple((ordered[row], score) for score, row in sorted(scored)[:SHOWN]),
    )


def _score_name(task: TaskRecord, sample: Sample) -> str:
    if task.kind == "ranking":
        return "AUC of the item's own labels"
    return next((name for name in ("correct", "f1", "cosine") if name in sample.scores), next(iter(sample.scores), "-"))


def _item_score(task: TaskRecord, sample: Sample, name: str) -> float | None:
    if task.kind != "ranking":
        return sample.scores.get(name)
    scores, true = sample.answer.loglikelihoods, [label in sample.item.labels for label in sample.item.choices]
    return auc(scores, true) if scores is not None and len(scores) == len(true) else None


def answer_text(sample: Sample) -> str:
    """Return the answer as a page shows it: the text, or the labels that scored highest."""
    if sample.answer.text is not None:
        return sample.answer.text
    pairs = zip(sample.answer.loglikelihoods or (), sample.item.choices, strict=False)
    best = ", ".join(label for _, label in sorted(pairs, reverse=True)[:5])
    return ", ".join(sample.parsed.labels) or f"ranked first: {best}"
