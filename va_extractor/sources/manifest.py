"""A list of images in a CSV or Parquet file, where a layout of folders is not enough.

| column | meaning |
| --- | --- |
| `path` | image file, relative to the manifest's folder |
| `labels` | category labels: `|` between them in CSV, a list of strings in Parquet; may be empty |
| `cluster` | the same for items that are not independent: the subject, the video |
| `split` | name of the split |
| `box` | optional: left, top, right, bottom in pixels: numbers with blanks between them in CSV, a list in Parquet |
| `reference` | optional: a text that a person wrote about this item |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from va_extractor.common.csvfile import read_rows
from va_extractor.common.errors import Code, InputError, Place, need_columns
from va_extractor.dataset import read_table, split_name
from va_extractor.sources import ImageItem, some_files_exist

_REQUIRED = ("path", "labels", "cluster", "split")
_OPTIONAL = ("box", "reference")


def list_items(path: Path) -> list[ImageItem]:
    """List the images of a manifest, in its order.

    Raises:
        InputError: the manifest cannot be read, lacks a column or lists nothing, a cell is wrong, or all files are
            missing.
    """
    entries = _csv(path) if path.suffix.lower() == ".csv" else _parquet(path)
    return some_files_exist([_item(entry, path.parent) for entry in entries], path)


@dataclass(frozen=True)
class _Entry:
    """One row, its lists still as the file form writes them."""

    cells: Mapping[str, Any]
    place: Callable[[str], Place]

    def wrong(self, what: str, column: str, code: Code = "type", hint: str | None = None) -> InputError:
        """Return an error about a cell."""
        return InputError(what, code=code, **self.place(column), found=self.cells[column], hint=hint)

    def text(self, column: str) -> str:
        value = self.cells[column]
        if not isinstance(value, str) or not value.strip():
            raise self.wrong("is not text", column)
        return value.strip()

    def parts(self, column: str, separator: str | None) -> Sequence[Any]:
        """Return a list, split at `separator` (None: blanks) where the cell is text; empty where it is empty."""
        value = self.cells.get(column)
        if isinstance(value, str):
            return [part.strip() for part in value.split(separator)] if value.strip() else []
        if value is not None and not isinstance(value, list):
            raise self.wrong("is neither text nor a list", column)
        return value or []


def _csv(path: Path) -> Iterator[_Entry]:
    for row in read_rows(path, _REQUIRED):
        yield _Entry(row.cells, row.place)


def _parquet(path: Path) -> Iterator[_Entry]:
    table = read_table(path)
    need_columns(_REQUIRED, table.column_names, path)
    known = [column for column in (*_REQUIRED, *_OPTIONAL) if column in table.column_names]
    for index, cells in enumerate(table.select(known).to_pylist()):
        yield _Entry(cells, partial(_cell, path, index))


def _cell(path: Path, row: int, column: str) -> Place:
    return {"file": path, "field": f"{column}[{row}]"}


def _item(entry: _Entry, root: Path) -> ImageItem:
    labels = tuple(entry.parts("labels", "|"))
    if not all(isinstance(label, str) and label for label in labels) or len(set(labels)) < len(labels):
        raise entry.wrong("has an empty label or one twice", "labels")
    described = entry.cells.get("reference")
    return ImageItem(
        path=root / entry.text("path"),
        labels=labels,
        cluster=entry.text("cluster"),
        split=split_name(entry.text("split"), **entry.place("split")),
        box=_box(entry),
        references=(entry.text("reference"),) if described else (),
        reference_kind="human" if described else None,
    )


def _box(entry: _Entry) -> tuple[float, float, float, float] | None:
    parts = entry.parts("box", None)
    if not parts:
        return None
    try:
        left, top, right, bottom = (float(part) for part in parts)
    except (TypeError, ValueError):
        raise entry.wrong("is not four numbers", "box") from None
    if not (left < right and top < bottom and all(map(math.isfinite, (left, top, right, bottom)))):
        raise entry.wrong("is an empty box", "box", "range", "write left top right bottom, in pixels")
    return left, top, right, bottom
