"""Names of baselines, and the check that one can answer a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.kinds import Kind

BASELINES = {
    "uniform": "answers at random, every answer equally likely",
    "majority": "always the most common label of the train split",
    "top5": "always the five most common labels of the train split",
    "all": "always every label",
    "prototype": "the label whose Russell-Mehrabian term is nearest in valence and arousal",
    "gaussian": "the likeliest label under the published means and standard deviations",
    "knn": "the commonest label among the nearest items of the train split",
    "logistic": "cubic logistic regression on valence and arousal of the train split",
    "oracle": "the right answer: a control that must score best, no result",
}
"""What each baseline does, by name."""
CONSTANT = ("majority", "top5", "all")
"""Baselines that give every item the same answer."""


def can_answer(name: str, kind: Kind, derive: str | None) -> bool:
    """Return whether a baseline answers items of a kind that were derived by `derive`, if at all."""
    from harness.kinds.base import FIXED

    return name in kind.answered_by and (derive is None or name in FIXED)


def check_answers(name: str, kind: Kind, task: str, derive: str | None = None) -> None:
    """Check that a baseline can answer a task.

    Raises:
        InputError: it cannot; the hint lists the baselines that can.
    """
    if not can_answer(name, kind, derive):
        able = ", ".join(one for one in BASELINES if can_answer(one, kind, derive))
        what = f"cannot answer task {task}, of kind {kind.name}" + (f", derived by {derive}" if derive else "")
        raise InputError(what, code="unsupported", field="--model", found=f"baseline:{name}", hint=f"{able} can")
