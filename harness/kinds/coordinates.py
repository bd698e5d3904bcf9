"""Valence and arousal as two numbers in [-1, 1], for a word that humans have rated.

No answer counts as the farthest point: the end of each scale farther from the truth. For correlations it counts as the
mean (`harness.metrics.description`). The baseline `prototype` looks the word up in the task's own table, so it is a
control.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

import numpy as np

from harness.kinds.arrays import points
from harness.kinds.base import FIXED, Answered, Baseline, Kind, generator
from harness.metrics.outcome import Described
from harness.record import Item, ItemScores, Parsed
from harness.text import numbers as stated
from harness.text.refusals import unparsed
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import norms

_WIDEST = 2 * math.sqrt(2)


class Coordinates(Kind):
    """Two numbers."""

    asks = "valence and arousal, as two numbers"
    families = ("coordinates", "va")
    offers = None
    derived_by = "word"
    answered_by = FIXED
    ceilings = None

    def target(self, item: Item) -> str:
        """Return the human means to two decimals."""
        return _said(item.valence, item.arousal, 2)

    def oracle(self, item: Item) -> str:
        """Return the human means in full."""
        return _said(item.valence, item.arousal, 9)

    def read(self, item: Item, text: str) -> Parsed:
        """Read both numbers, valence first."""
        numbers = stated.coordinates(text)
        return unparsed(text) if numbers is None else Parsed(status="ok", numbers=numbers)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return one minus the distance from the human means, as a fraction of the largest possible distance."""
        valence, arousal = parsed.numbers or (-math.copysign(1.0, item.valence), -math.copysign(1.0, item.arousal))
        return {"nearness": 1 - math.hypot(valence - item.valence, arousal - item.arousal) / _WIDEST}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Described:
        """Arrange human means and answers by axis; NaN without an answer."""
        said = np.array([one.parsed.numbers or (np.nan, np.nan) for one in answered], dtype=np.float64)
        true = points([one.item for one in answered])
        names = ("valence", "arousal", "read_valence", "read_arousal")
        return Described(dict(zip(names, np.hstack([true, said]).T, strict=True)))

    def answers(self, by: Baseline) -> list[str]:
        """Look the word up (`prototype`), give the mean of all words (`majority`), or random numbers (`uniform`)."""
        if by.name == "uniform":
            drawn = [generator(item).uniform(-1, 1, 2) for item in by.items]
            return [_said(valence, arousal, 3) for valence, arousal in drawn]
        if by.name == "majority":
            mean = _said(fmean(item.valence for item in by.train), fmean(item.arousal for item in by.train), 3)
            return [mean] * len(by.items)
        return [_looked_up(str(item.statement)) for item in by.items]


def _looked_up(word: str) -> str:
    norm = norms().get(word)
    if norm is None:
        what = "the baseline prototype looks words up, and this one has no published valence and arousal"
        raise InputError(what, code="missing", field="statement", found=word)
    return _said(norm.valence, norm.arousal, 2)


def _said(valence: float, arousal: float, decimals: int) -> str:
    return f"valence {valence:.{decimals}f}, arousal {arousal:.{decimals}f}"


KIND = Coordinates()
