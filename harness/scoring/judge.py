"""An LLM judge of descriptions: pairwise, in both orders, with controls for position and length.

It is never the main score: a judge is itself a language model, and prefers the first and the longer text (Zheng et al.
2023, arXiv:2306.05685). So each pair is judged in both orders, and a verdict that changes with the order is a tie.
The win rate is also given at equal length (Dubois et al. 2024, Length-Controlled AlpacaEval,
arXiv:2404.04475). Agreement with another measure is a rank correlation, plain and at equal
length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_validator

from harness.metrics.algebra import ratio
from harness.stats.agreement import pearson
from harness.stats.arrays import Weights
from harness.text.reasoning import separate
from harness.text.style import length
from va_extractor.common.yamlfile import read_yaml

Array = NDArray[np.float64]

RUBRIC = Path(__file__).with_name("judge.yaml")
_FIELDS = {"valence": 0.0, "arousal": 0.0, "first": "first text", "second": "second text"}
_ANSWER = re.compile(r"\W*(?:(?:the )?(?:answer|description)(?: is)?\W*)?([ABT])\b\W*", re.IGNORECASE)


class Rubric(BaseModel):
    """The prompt of a judge: a format string with the fields valence, arousal, first and second."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: int
    prompt: str

    @field_validator("prompt")
    @classmethod
    def _takes_every_field(cls, prompt: str) -> str:
        missing = [field for field in _FIELDS if not re.search(rf"\{{{field}[^{{}}]*\}}", prompt)]
        if missing:
            raise ValueError(f"lacks {{{missing[0]}}}")
        try:
            prompt.format(**_FIELDS)
        except (KeyError, IndexError, ValueError, AttributeError, TypeError, MemoryError, OverflowError) as error:
            raise ValueError(f"cannot be filled in ({error}); its fields are {', '.join(_FIELDS)}") from None
        return prompt


@dataclass(frozen=True)
class Pair:
    """Two descriptions of the same point in [-1, 1]; the opponent is a baseline's."""

    valence: float
    arousal: float
    candidate: str
    opponent: str


@dataclass(frozen=True)
class Verdicts:
    """Verdicts on n pairs; each array has shape (n,).

    Attributes:
        wins: 1 where the candidate won in both orders, 0 where it lost in both, 1/2 for ties and verdicts that changed
            with the order; NaN where an answer was not parsed.
        first: fraction of the pair's decisive answers that chose the first description; NaN without any.
    """

    wins: Array
    first: Array


def load_rubric(path: Path = RUBRIC) -> Rubric:
    """Return the rubric in a YAML file.

    Raises:
        InputError: the file is missing or broken, or its prompt lacks a field or names an unknown one.
    """
    return read_yaml(path, Rubric, RUBRIC)


def prompts(pairs: Sequence[Pair], rubric: Rubric) -> list[str]:
    """Return 2n prompts for n pairs: for each, the candidate first, then the opponent first."""
    return [
        rubric.prompt.format(valence=pair.valence, arousal=pair.arousal, first=first, second=second)
        for pair in pairs
        for first, second in ((pair.candidate, pair.opponent), (pair.opponent, pair.candidate))
    ]


def read(texts: Sequence[str]) -> Verdicts:
    """Parse the answers to `prompts`, in the same order."""
    answers = np.array([parse(answer) for answer in texts]).reshape(-1, 2)
    # 1 is a vote for the first text; the candidate is first in column 0 and second in column 1.
    votes = (answers[:, 0] + 1.0 - answers[:, 1]) / 2.0
    wins = np.where(np.isnan(votes), np.nan, np.where(votes == 1.0, 1.0, np.where(votes == 0.0, 0.0, 0.5)))
    decisive = ~np.isnan(answers) & (answers != 0.5)
    named_first = np.where(decisive, answers, 0.0).sum(axis=1)
    count = decisive.sum(axis=1)
    return Verdicts(wins, np.where(count > 0, named_first / np.maximum(count, 1), np.nan))


def parse(answer: str) -> float:
    """Return 1 for A, 0 for B, 0.5 for T, NaN for any other answer; thought is removed first."""
    found = _ANSWER.fullmatch(separate(answer).answer)
    return {"A": 1.0, "B": 0.0, "T": 0.5}[found.group(1).upper()] if found else float("nan")


def length_gap(pairs: Sequence[Pair]) -> Array:
    """Return (n,) differences in words, candidate minus opponent."""
    gap: Array = length([pair.candidate for pair in pairs]) - length([pair.opponent for pair in pairs])
    return gap


def win_rate_at_equal_length(pairs: Sequence[Pair], verdicts: Verdicts, weights: Array | None = None) -> float:
    """Return the candidate's win rate, adjusted to descriptions of equal length.

    A logistic regression of winning on tanh of the length difference in units of its standard deviation, predicted at
    no difference (Dubois et al. 2024, section 3, without their terms for model and instruction). A tie is half of each.

    Args:
        pairs: n pairs.
        verdicts: on them.
        weights: how often each counts, shape (n,); once where None.

    Returns:
        In [0, 1]; NaN if no verdict was parsed.
    """
    from sklearn.linear_model import LogisticRegression

    often = np.ones(len(pairs)) if weights is None else weights
    known = ~np.isnan(verdicts.wins) & (often > 0)
    if not known.any():
        return float("nan")
    gap = length_gap(pairs)
    spread = gap[known].std()
    x = np.tanh(gap[known] / spread if spread > 0 else 0.0 * gap[known])[:, None]
    wins, often = verdicts.wins[known], often[known]
    if wins.min() == wins.max() and wins[0] in {0.0, 1.0}:
        return float(wins[0])
    y = np.repeat([1, 0], len(wins))
    model = LogisticRegression(C=np.inf).fit(
        np.vstack([x, x]), y, sample_weight=np.concatenate([often * wins, often * (1 - wins)])
    )
    return float(model.predict_proba([[0.0]])[0, 1])


def agreement(verdicts: Verdicts, difference: Array, weights: Weights) -> Array:
    """Return Spearman's rank correlation of the verdicts with the difference of another measure's scores.

    Args:
        verdicts: of n pairs.
        difference: candidate's score minus the opponent's, shape (n,); NaN marks no value.
        weights: how often each pair counts, shape (draws, n); ranks are those among all n pairs.

    Returns:
        Shape (draws,), in [-1, 1]; NaN where either side is constant.
    """
    known = ~np.isnan(verdicts.wins) & ~np.isnan(difference)
    return _correlation(verdicts.wins[known], difference[known], weights[:, known])


def agreement_at_equal_length(verdicts: Verdicts, difference: Array, gap: Array, weights: Weights) -> Array:
    """Return the same with the (n,) difference of lengths held fixed: the partial rank correlation.

    (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2)(1 - r_yz^2)); the plain one where lengths differ alike in all pairs.
    """
    known = ~np.isnan(verdicts.wins) & ~np.isnan(difference)
    x, y, z, often = verdicts.wins[known], difference[known], gap[known], weights[:, known]
    plain = _correlation(x, y, often)
    with_x, with_y = np.nan_to_num(_correlation(x, z, often)), np.nan_to_num(_correlation(y, z, often))
    return ratio(plain - with_x * with_y, np.sqrt((1 - with_x**2) * (1 - with_y**2)))


def _correlation(x: Array, y: Array, weights: Weights) -> Array:
    from scipy.stats import rankdata

    return pearson(rankdata(x), rankdata(y), weights)
