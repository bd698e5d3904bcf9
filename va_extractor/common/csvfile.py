"""Read CSV row by row, with errors that name file, line and column; write CSV in which no cell is a formula."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from va_extractor.common.errors import InputError, Place, need_columns
from va_extractor.common.files import reading
from va_extractor.common.plain_text import csv_text

Cell = str | float | int | bool | None


@dataclass(frozen=True)
class Row:
    """One row of a CSV file: the line it ends on, counted from 1 (the header's), and the text of each column."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def place(self, column: str) -> Place:
        """Return where the cell is, for errors."""
        return {"file": self.path, "line": self.line, "field": column}

    def text(self, column: str) -> str:
        """Return the cell without surrounding blanks.

        Raises:
            InputError: it is empty.
        """
        text = self.cells[column].strip()
        if not text:
            raise InputError("is empty", code="missing", **self.place(column))
        return text

    def number(self, column: str) -> float:
        """Return the cell as a finite number.

        Raises:
            InputError: it is not one.
        """
        try:
            value = float(self.text(column))
        except ValueError:
            raise InputError("is not a number", code="type", **self.place(column), found=self[column]) from None
        if not math.isfinite(value):
            raise InputError("is not a finite number", code="range", **self.place(column), found=self[column])
        return value


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a UTF-8 CSV file that has a header.

    Args:
        path: the file.
        columns: columns that must be there; further ones are kept.

    Raises:
        InputError: the file is missing, not UTF-8 or not CSV, lacks a column or has one twice, or a row has the wrong
            number of cells.
    """
    with reading(path), path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            header = list(reader.fieldnames or [])
            need_columns(columns, header, path)
            twice = next((name for number, name in enumerate(header) if name and name in header[:number]), None)
            if twice is not None:
                raise InputError("column appears twice", code="duplicate", file=path, line=1, field=twice)
            for cells in reader:
                if None in cells or None in cells.values():
                    what = f"the header has {len(header)} cells, this row more or fewer"
                    raise InputError(what, code="type", file=path, line=reader.line_num)
                yield Row(path, reader.line_num, cells)
        except csv.Error as error:
            raise InputError(f"is not CSV: {error}", code="unreadable", file=path, line=reader.line_num) from None


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([csv_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()
