"""Which baselines there are, and which kinds of question each answers."""

from __future__ import annotations

from dataclasses import dataclass

from harness.record.kinds import Kind
from va_extractor.common.errors import InputError

_ALL = frozenset(Kind)
_SETS = frozenset({Kind.MULTI_LABEL, Kind.WORDS})
CONSTANT = ("majority", "top5", "all")
"""Baselines that answer every item alike."""
_LEARNT = _ALL - {Kind.CHOICE, Kind.CONFLICT, Kind.COORDINATES, Kind.WORDS, Kind.CHANGE}
_FIXED = ("uniform", "majority", "prototype", "oracle")


@dataclass(frozen=True)
class BaselineInfo:
    """One baseline: what it does in a line, and the kinds of question it answers."""

    line: str
    kinds: frozenset[Kind]


BASELINES = {
    "uniform": BaselineInfo("answers at random, every answer equally likely", _ALL),
    "majority": BaselineInfo("always the most common label of the train split", _ALL),
    "top5": BaselineInfo("always the five most common labels of the train split", _SETS),
    "all": BaselineInfo("always every label", _SETS),
    "prototype": BaselineInfo("the label whose Russell-Mehrabian term lies nearest in valence and arousal", _ALL),
    "gaussian": BaselineInfo(
        "the likeliest label under the published means and standard deviations", _LEARNT | {Kind.CHOICE}
    ),
    "knn": BaselineInfo("the commonest label among the nearest items of the train split", _LEARNT),
    "logistic": BaselineInfo("cubic logistic regression on valence and arousal of the train split", _LEARNT),
    "oracle": BaselineInfo("the right answer: a control that must score best, no result", _ALL),
}


def check_answers(name: str, kind: Kind, task: str, derive: str | None = None) -> None:
    """Refuse a baseline that does not answer `kind`, or documents that were derived.

    Raises:
        InputError: naming baseline, task and kind.
    """
    if derive is not None and name not in _FIXED:
        answer = ", ".join(_FIXED)
        raise InputError(f"--model baseline:{name}: cannot answer task {task}, derived by '{derive}'; {answer} can")
    if kind not in BASELINES[name].kinds:
        kinds = ", ".join(sorted(BASELINES[name].kinds))
        raise InputError(f"--model baseline:{name}: cannot answer task {task}, which is {kind}; it answers {kinds}")
