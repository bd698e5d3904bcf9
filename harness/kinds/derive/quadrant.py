"""Which quadrant of the valence-arousal plane a point lies in (the circumplex: Russell 1980, doi:10.1037/h0077714).

Points within `MARGIN` of an axis are not asked: their quadrant hangs on measurement error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.kinds.derive._derivation import Derivation, Made, Row, of_row

if TYPE_CHECKING:
    from harness.tasks.documents import Doc

MARGIN = 0.1
LABELS = ("pleasant and activated", "pleasant and calm", "unpleasant and activated", "unpleasant and calm")


def quadrant(valence: float, arousal: float) -> str:
    """Return the label of a point's quadrant; an axis belongs to the upper side."""
    return LABELS[2 * (valence < 0) + (arousal < 0)]


def off_the_axes(rows: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
    """Return the rows whose point has a quadrant beyond doubt, and the count of others by reason."""
    kept = [row for row in rows if min(abs(row["valence"]), abs(row["arousal"])) >= MARGIN]
    left = len(rows) - len(kept)
    return kept, {"near_an_axis": left} if left else {}


def weigh(doc: Doc) -> list[float]:
    """Score each choice by where the given point lies."""
    own = quadrant(doc["valence"], doc["arousal"])
    return [float(choice == own) for choice in doc["choices"]]


def _make(rows: Sequence[Row]) -> Made:
    kept, excluded = off_the_axes(rows)
    return Made([of_row(row, [quadrant(row["valence"], row["arousal"])]) for row in kept], excluded)


DERIVATION = Derivation(LABELS, _make, weigh)
