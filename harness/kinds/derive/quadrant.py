"""The quadrant of a point in the valence-arousal plane (the circumplex: Russell 1980, doi:10.1037/h0077714).

Points within `MARGIN` of an axis are left out, because measurement error could change their quadrant.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.kinds.derive._derivation import Derivation, Made, about
from harness.record import Item

MARGIN = 0.1
LABELS = ("pleasant and activated", "pleasant and calm", "unpleasant and activated", "unpleasant and calm")


def quadrant(valence: float, arousal: float) -> str:
    """Return the label of a point's quadrant; an axis belongs to the upper side."""
    return LABELS[2 * (valence < 0) + (arousal < 0)]


def off_the_axes(items: Sequence[Item]) -> tuple[list[Item], dict[str, int]]:
    """Return the items at least `MARGIN` from both axes, and the count of others by reason."""
    kept = [item for item in items if min(abs(item.valence), abs(item.arousal)) >= MARGIN]
    left = len(items) - len(kept)
    return kept, {"near_an_axis": left} if left else {}


def weigh(item: Item) -> list[float]:
    """Score the quadrant of the given point 1, all others 0."""
    own = quadrant(item.valence, item.arousal)
    return [float(choice == own) for choice in item.choices]


def _make(items: Sequence[Item]) -> Made:
    kept, excluded = off_the_axes(items)
    return Made([about(item, [quadrant(item.valence, item.arousal)]) for item in kept], excluded)


DERIVATION = Derivation(LABELS, _make, weigh)
