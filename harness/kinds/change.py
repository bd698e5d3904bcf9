"""Two sentences: how a sequence of valence and arousal begins, and how it ends.

Baselines name published terms: `prototype` those nearest to the first and last point, `majority` those nearest to the
mean first and mean last point, `uniform` two random ones. The oracle makes the change three times as large, so that
the reader's error does not hide its direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.arrays import scored
from harness.kinds.base import FIXED, Answered, Baseline, Kind, generator
from harness.kinds.measures import DIGITS, rows, styled
from harness.metrics.algebra import mean_where
from harness.metrics.direction import large_enough
from harness.metrics.outcome import Changed, Outcome
from harness.record import Item, ItemScores, Parsed
from harness.stats.arrays import Floats
from harness.text.descriptions import parse_description
from harness.text.english import NOT_ENGLISH, is_english
from harness.text.parts import FIRST, LAST, parts
from va_extractor.emotions.prototypes import norms

if TYPE_CHECKING:
    from harness.kinds.measures import Instruments, Part

ENDS = ("read_first_valence", "read_first_arousal", "read_last_valence", "read_last_arousal")
"""Scores that hold the points read back."""


class Change(Kind):
    """A beginning and an end, one sentence each."""

    asks = "two sentences: how it is at first, and in the end"
    families = ("change", "text")
    offers = None
    derived_by = "trajectory"
    measured = True
    known_metric = "right_direction"
    answered_by = FIXED
    ceilings = None

    def target(self, item: Item) -> str:
        """Name the published terms nearest to the first and to the last point."""
        return _said(*_ends(item))

    def oracle(self, item: Item) -> str:
        """Name the terms of a change three times as large."""
        first, last = _ends(item)
        return _said(2 * first - last, 2 * last - first)

    def read(self, item: Item, text: str) -> Parsed:
        """Keep both sentences, one line each, without the words that introduce them."""
        parsed = parse_description(text)
        if parsed.text is None:
            return parsed
        found = parts(parsed.text)
        if isinstance(found, str):
            return Parsed(status="unparsed", reason=found)
        if not (is_english(found.first) and is_english(found.last)):
            return NOT_ENGLISH
        return Parsed(status="ok", text=f"{found.first}\n{found.last}")

    def measure(
        self, items: Sequence[Item], texts: Sequence[str | None], by: Instruments, parts: frozenset[Part]
    ) -> list[ItemScores]:
        """Score the change read back against the given one, and style.

        `right_direction` is the mean of `valence_direction` and `arousal_direction`; a change that is too small has
        none.
        """
        columns = _read_back(items, texts, by) if "read" in parts else {}
        columns |= styled(texts) if "written" in parts else {}
        return rows(columns, len(items))

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Changed:
        """Arrange the points given and read at both ends."""
        columns = scored(answered)
        return Changed(
            columns,
            given=_given([one.item for one in answered]),
            read=np.stack([columns[name] for name in ENDS], axis=1).reshape(-1, 2, 2),
            large=~np.isnan(np.stack([columns["valence_direction"], columns["arousal_direction"]], axis=1)),
            answered=np.array([one.parsed.text is not None for one in answered]),
        )

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> Changed:
        """Draw both points from [-1, 1] x [-1, 1]."""
        if not isinstance(outcome, Changed):
            raise TypeError("not changes")
        read = rng.uniform(-1.0, 1.0, outcome.read.shape)
        return Changed(outcome.columns, outcome.given, read, outcome.large, np.ones(len(read), dtype=np.bool_))

    def answers(self, by: Baseline) -> list[str]:
        """Name two random terms (`uniform`), those nearest to the mean ends (`majority`), or the targets."""
        if by.name == "uniform":
            terms = tuple(norms())
            drawn = [generator(item).integers(len(terms), size=2) for item in by.items]
            return [_sentences(terms[first], terms[last]) for first, last in drawn]
        if by.name == "majority":
            first, last = np.mean([_ends(item) for item in by.train], axis=0)
            return [_said(first, last)] * len(by.items)
        return [self.target(item) for item in by.items]


def _ends(item: Item) -> tuple[Floats, Floats]:
    return np.array(item.points[0]), np.array(item.points[-1])


def _given(items: Sequence[Item]) -> Floats:
    """Return the (n, 2, 2) first and last points of the sequences that n items show."""
    return np.array([(item.points[0], item.points[-1]) for item in items], dtype=np.float64)


def _read_back(items: Sequence[Item], texts: Sequence[str | None], by: Instruments) -> dict[str, Floats]:
    """Read valence and arousal back at both ends, and compare their change with the given one."""
    answered = np.array([text is not None for text in texts])
    lines = [line for text in texts for line in (text or "\n").split("\n")]
    read = np.where(np.repeat(answered, 2)[:, None], by.read(lines), 0.0).round(DIGITS).reshape(-1, 2, 2)
    given = _given(items)
    large = large_enough(given[:, 1] - given[:, 0], by.read_sd)
    right = Changed({}, given, read, large, answered).right
    return {
        "right_direction": mean_where(np.nan_to_num(right), large),
        "valence_direction": right[:, 0],
        "arousal_direction": right[:, 1],
        **dict(zip(ENDS, read.reshape(-1, 4).T, strict=True)),
    }


def _said(first: Floats, last: Floats) -> str:
    places = np.array([(norm.valence, norm.arousal) for norm in norms().values()])
    terms = tuple(norms())
    return _sentences(*(terms[int(np.linalg.norm(places - point, axis=1).argmin())] for point in (first, last)))


def _sentences(first: str, last: str) -> str:
    called = "the person's emotional state can be called"
    return f"{FIRST}, {called} {first}. {LAST}, {called} {last}."


KIND = Change()
