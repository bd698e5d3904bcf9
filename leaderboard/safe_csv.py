"""Write CSV in which no cell is a formula for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from va_extractor.common.plain_text import csv_text

Cell = str | float | int | bool | None


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([csv_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()
