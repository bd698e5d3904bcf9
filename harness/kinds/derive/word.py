"""Mean valence and arousal that humans gave to an emotion word."""

from __future__ import annotations

from collections.abc import Sequence

from harness.kinds.derive._derivation import Derivation, Made, about
from harness.record import Item


def _make(items: Sequence[Item]) -> Made:
    asked = [about(item, item.labels, item.labels[0]) for item in items if len(item.labels) == 1]
    left = len(items) - len(asked)
    return Made(asked, {"not_one_word": left} if left else {})


DERIVATION = Derivation((), _make, None, shows=("statement",), shuffled=("statement",))
