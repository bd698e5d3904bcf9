"""Whether valence and arousal of features are on the scale of the word norms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.kinds.arrays import membership, points
from harness.record import Item
from harness.stats.arrays import Floats
from harness.tasks.documents import Question, fitted_on, split
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import prototypes

SLOPES = (0.7, 1.4)
"""Slopes between which features count as on the norms' scale."""
_FEWEST = 3
"""A line through fewer labels says nothing."""


@dataclass(frozen=True)
class Scale:
    """How the labels' means lie to their published norms.

    Attributes:
        slopes: of the labels' mean valence and mean arousal on their norms (least squares); 1 on the same scale.
        moved: labels whose mean lies in another quadrant than their norm by more than two standard errors.
        labels: how many labels have a mean.
    """

    slopes: tuple[float, float]
    moved: tuple[str, ...]
    labels: int

    @property
    def warning(self) -> str | None:
        """One line; None if the features fit the norms."""
        if all(SLOPES[0] <= slope <= SLOPES[1] for slope in self.slopes) and not self.moved:
            return None
        moved = f"; {len(self.moved)} of {self.labels} labels lie in another quadrant" if self.moved else ""
        return (
            f"labels are not where word norms put them: slope {self.slopes[0]:.2f} in valence, {self.slopes[1]:.2f} in "
            f"arousal (1 = same scale){moved}"
        )


def scale(question: Question) -> Scale | None:
    """Compare the labels' means in the train split, or the evaluated one, with word norms.

    Returns:
        None if items are derived or have no fixed labels, a label has no norm, or the norms of fewer than three labels
        with items differ.
    """
    if question.derive is not None or question.kind.offers != "labels":
        return None
    try:
        norms = prototypes(question.labels)
    except InputError:
        return None
    return compared(split(question, fitted_on(question)).items, question.labels, norms)


def compared(items: Sequence[Item], labels: tuple[str, ...], norms: Floats) -> Scale | None:
    """Compare as `scale`; `norms` are (k, 2) valence and arousal in [-1, 1]."""
    member, where = membership([item.labels for item in items], labels), points(items)
    used = member.any(axis=0)
    given, norms = member[:, used], norms[used]
    if given.shape[1] < _FEWEST or np.any(np.ptp(norms, axis=0) == 0):
        return None
    means = np.array([where[column].mean(axis=0) for column in given.T])
    errors = np.array([where[column].std(axis=0) / np.sqrt(column.sum()) for column in given.T])
    moved = ((means * norms < 0) & (np.abs(means) > 2 * errors)).any(axis=1)
    valence, arousal = (float(np.polyfit(norms[:, axis], means[:, axis], 1)[0]) for axis in (0, 1))
    return Scale((valence, arousal), tuple(np.array(labels)[used][moved].tolist()), len(norms))
