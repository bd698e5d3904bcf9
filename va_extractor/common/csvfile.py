"""Reading a user's CSV file row by row, with errors that name file, line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from va_extractor.common.errors import InputError


@dataclass(frozen=True)
class Row:
    """One row of a CSV file.

    Attributes:
        path: the file.
        line: line on which the row ends, from 1 (the header's line).
        cells: text of each column.
    """

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def where(self, column: str) -> str:
        """Name the cell, for messages."""
        return f"{self.path}:{self.line}, column '{column}'"

    def text(self, column: str) -> str:
        """Return the cell without surrounding blanks.

        Raises:
            InputError: it is empty.
        """
        text = self.cells[column].strip()
        if not text:
            raise InputError(f"{self.where(column)}: is empty")
        return text

    def number(self, column: str) -> float:
        """Return the cell as a finite number.

        Raises:
            InputError: it is not one.
        """
        try:
            value = float(self.text(column))
        except ValueError:
            raise InputError(f"{self.where(column)}: {self[column]!r} is not a number") from None
        if not math.isfinite(value):
            raise InputError(f"{self.where(column)}: {self[column]!r} is not a finite number")
        return value


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a UTF-8 CSV file that has a header.

    Args:
        path: the file.
        columns: columns that must be there; further ones are kept.

    Raises:
        InputError: the file is missing, not UTF-8 or not CSV, lacks a column, or a row has too few or too many cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = list(reader.fieldnames or [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise InputError(f"{path}: column '{missing[0]}' is missing; it has {', '.join(header) or 'no header'}")
            for cells in reader:
                if None in cells or None in cells.values():
                    raise InputError(f"{path}:{reader.line_num}: has not as many cells as the header ({len(header)})")
                yield Row(path, reader.line_num, cells)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text") from None
    except csv.Error as error:
        raise InputError(f"{path}: is not CSV: {error}") from None
