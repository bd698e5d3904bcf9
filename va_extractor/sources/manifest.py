"""A list of images in a CSV or Parquet file, for whatever no folder layout can say.

| column | meaning |
| --- | --- |
| `path` | image file, relative to the manifest's folder |
| `labels` | category labels: `|` between them in CSV, a list of strings in Parquet; may be empty |
| `cluster` | items that are not independent share it: the subject, the video |
| `split` | name of the split |
| `box` | optional: left, top, right, bottom in pixels: numbers with blanks between them in CSV, a list in Parquet |
| `reference` | optional: a text that a person wrote about this item |
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from va_extractor.common.csvfile import read_rows
from va_extractor.common.errors import InputError
from va_extractor.sources.checks import some_files_exist, split_name
from va_extractor.sources.item import ImageItem

_REQUIRED = ("path", "labels", "cluster", "split")
_OPTIONAL = ("box", "reference")


def list_items(path: Path) -> list[ImageItem]:
    """List the images of a manifest, in its order.

    Raises:
        InputError: the manifest cannot be read, lacks a column or lists nothing, a cell is wrong, or no file is there;
            the message names file, row and column.
    """
    entries = _csv(path) if path.suffix.lower() == ".csv" else _parquet(path)
    return some_files_exist([_item(entry, path.parent) for entry in entries], str(path))


@dataclass(frozen=True)
class _Entry:
    """One row, its lists still as the file form writes them."""

    where: str
    cells: Mapping[str, Any]

    def text(self, column: str) -> str:
        value = self.cells[column]
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{self.where}, column '{column}': {value!r} is not text")
        return value.strip()

    def parts(self, column: str, separator: str | None) -> Sequence[Any]:
        """Return a list, split at `separator` (None: blanks) where the cell is text; empty where it is empty."""
        value = self.cells.get(column)
        if isinstance(value, str):
            return [part.strip() for part in value.split(separator)] if value.strip() else []
        if value is not None and not isinstance(value, list):
            raise InputError(f"{self.where}, column '{column}': {value!r} is neither text nor a list")
        return value or []


def _csv(path: Path) -> Iterator[_Entry]:
    for row in read_rows(path, _REQUIRED):
        yield _Entry(f"{row.path}:{row.line}", row.cells)


def _parquet(path: Path) -> Iterator[_Entry]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (pa.ArrowInvalid, OSError):
        raise InputError(f"{path}: a manifest is a .csv or a Parquet file") from None
    missing = [column for column in _REQUIRED if column not in table.column_names]
    if missing:
        raise InputError(f"{path}: column '{missing[0]}' is missing; it has {', '.join(table.column_names)}")
    known = [column for column in (*_REQUIRED, *_OPTIONAL) if column in table.column_names]
    for index, cells in enumerate(table.select(known).to_pylist()):
        yield _Entry(f"{path}: row {index}", cells)


def _item(entry: _Entry, root: Path) -> ImageItem:
    labels = tuple(entry.parts("labels", "|"))
    if not all(isinstance(label, str) and label for label in labels) or len(set(labels)) < len(labels):
        raise InputError(f"{entry.where}, column 'labels': {entry.cells['labels']!r} has an empty label or one twice")
    described = entry.cells.get("reference")
    return ImageItem(
        path=root / entry.text("path"),
        labels=labels,
        cluster=entry.text("cluster"),
        split=split_name(entry.text("split"), f"{entry.where}, column 'split'"),
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
        raise InputError(f"{entry.where}, column 'box': {entry.cells['box']!r} is not four numbers") from None
    if not (left < right and top < bottom and all(map(math.isfinite, (left, top, right, bottom)))):
        raise InputError(
            f"{entry.where}, column 'box': {entry.cells['box']!r} is empty; write left top right bottom, in pixels"
        )
    return left, top, right, bottom
