"""Valence and arousal as two numbers in [-1, 1], for a word that human raters placed.

No answer is as far off as can be: its distance is that to the end of each scale that lies farther from the truth. To
correlations it tells nothing (`harness.metrics.description`). The baseline `prototype` looks the word up in the very
table that the task is made of: it is a control, no competitor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import Form, generator
from harness.metrics.outcome import Described
from harness.record import Item, Parsed
from harness.text import numbers as stated
from harness.text.labels import unread
from va_extractor.common.errors import InputError
from va_extractor.emotions.norms import norms

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.record import ItemScores
    from harness.tasks.documents import Doc

_WIDEST = 2 * math.sqrt(2)


class Coordinates(Form):
    """Two numbers."""

    asks = "valence and arousal, as two numbers"
    weighs = False

    def target(self, doc: Doc) -> str:
        """Return the human means to two decimals."""
        return _said(doc["valence"], doc["arousal"], 2)

    def oracle(self, doc: Doc) -> str:
        """Return the human means in full."""
        return _said(doc["valence"], doc["arousal"], 9)

    def read(self, item: Item, text: str) -> Parsed:
        """Read both numbers, valence first."""
        numbers = stated.coordinates(text)
        return unread(text) if numbers is None else Parsed(status="ok", numbers=numbers)

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return one minus the distance from the human means, as a share of the widest there is."""
        valence, arousal = _placed(item, parsed)
        away = math.hypot(valence - item.valence, arousal - item.arousal)
        return {"nearness": 1 - away / _WIDEST}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Described:
        """Arrange human means and answers by axis; NaN where there is no answer."""
        said = np.array([one.parsed.numbers or (np.nan, np.nan) for one in answered], dtype=np.float64)
        true = np.array([(one.item.valence, one.item.arousal) for one in answered], dtype=np.float64)
        return Described(
            {
                "valence": true[:, 0],
                "arousal": true[:, 1],
                "read_valence": said[:, 0],
                "read_arousal": said[:, 1],
            }
        )

    def texts(self, name: str, docs: Sequence[Doc], learned: Sequence[Doc]) -> list[str]:
        """Look the word up (`prototype`), give the mean of all words (`majority`), or random numbers (`uniform`)."""
        if name == "uniform":
            drawn = [generator(doc).uniform(-1, 1, 2) for doc in docs]
            return [_said(valence, arousal, 3) for valence, arousal in drawn]
        if name == "majority":
            mean = _said(fmean(doc["valence"] for doc in learned), fmean(doc["arousal"] for doc in learned), 3)
            return [mean] * len(docs)
        return [_looked_up(str(doc["statement"])) for doc in docs]


def _looked_up(word: str) -> str:
    norm = norms().get(word)
    if norm is None:
        raise InputError(f"no published valence and arousal for the word {word!r}; baseline prototype looks words up")
    return _said(norm.valence, norm.arousal, 2)


def _said(valence: float, arousal: float, decimals: int) -> str:
    return f"valence {valence:.{decimals}f}, arousal {arousal:.{decimals}f}"


def _placed(item: Item, parsed: Parsed) -> tuple[float, float]:
    if parsed.numbers:
        return parsed.numbers[0], parsed.numbers[1]
    return -math.copysign(1.0, item.valence), -math.copysign(1.0, item.arousal)


FORM = Coordinates()
