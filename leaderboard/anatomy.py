"""Collect what a model's page shows of one task's items: where answers are right, and the worst ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.kinds import get
from harness.record import Sample, TaskRecord

SHOWN = 10
_PREFERRED = ("correct", "f1")
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
    kind = get(task.kind)
    rows = [kind.item_scores(sample.item, sample.answer, sample.scores) for sample in ordered]
    name = next((name for name in (*_PREFERRED, *rows[0]) if name in rows[0]), "-") if rows else "-"
    scores = [row.get(name) for row in rows]
    known = [score for score in scores if score is not None]
    good = float(np.median(known)) if kind.references and known else _GOOD
    drawn = np.random.default_rng(0).permutation(len(ordered))[:SHOWN]
    scored = [(score, row) for row, score in enumerate(scores) if score is not None]
    return Anatomy(
        score_name=name,
        good_from=good,
        points=tuple((ordered[row].item.valence, ordered[row].item.arousal, score >= good) for score, row in scored),
        unscored=len(ordered) - len(scored),
        random=tuple((ordered[row], scores[row]) for row in drawn),
        worst=tuple((ordered[row], score) for score, row in sorted(scored)[:SHOWN]),
    )


def answer_text(sample: Sample) -> str:
    """Return the answer as a page shows it: the text, or the labels that scored highest."""
    if sample.answer.text is not None:
        return sample.answer.text
    pairs = zip(sample.answer.loglikelihoods or (), sample.item.choices, strict=False)
    best = ", ".join(label for _, label in sorted(pairs, reverse=True)[:5])
    return ", ".join(sample.parsed.labels) or f"ranked first: {best}"
