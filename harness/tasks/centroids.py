"""Where a task's labels lie in its own features: means over the train split."""

from __future__ import annotations

from functools import lru_cache

from harness.kinds import Centroids
from harness.kinds.arrays import membership, points
from harness.tasks.documents import FITTED, Question, split


@lru_cache(maxsize=16)
def centroids(question: Question) -> Centroids | None:
    """Return the mean valence and arousal, in [-1, 1], of the train items with each label.

    Returns:
        None if items are derived or have no fixed labels, or a label has no train item.
    """
    if question.derive is not None or question.kind.offers != "labels":
        return None
    items = split(question, FITTED).items
    if not items:
        return None
    member, where = membership([item.labels for item in items], question.labels), points(items)
    if not member.any(axis=0).all():
        return None
    means = (member.T @ where) / member.sum(axis=0)[:, None]
    return {
        label: (valence, arousal) for label, (valence, arousal) in zip(question.labels, means.tolist(), strict=True)
    }
