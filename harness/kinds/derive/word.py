"""An emotion word, whose mean valence and arousal over human raters are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from harness.kinds.derive._derivation import Derivation, Made, Row, of_row


def _make(rows: Sequence[Row]) -> Made:
    documents = [of_row(row, row["labels"], row["labels"][0]) for row in rows if len(row["labels"]) == 1]
    left = len(rows) - len(documents)
    return Made(documents, {"not_one_word": left} if left else {})


DERIVATION = Derivation((), _make, None, shows=("statement",), shuffled=("statement",))
