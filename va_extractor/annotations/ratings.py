"""Human ratings in a CSV file become VA features; a small YAML file describes its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from va_extractor.common.csvfile import Row, read_rows
from va_extractor.common.errors import InputError
from va_extractor.dataset import split_name
from va_extractor.emotions.labels import known_label
from va_extractor.schema import (
    Provenance,
    ReferenceKind,
    VaSource,
    check,
    features_table,
    item_id,
    to_unit,
    with_provenance,
)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dimension(_Strict):
    """A column of numbers and its own scale: `low` becomes -1, `high` becomes 1."""

    column: str
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Dimension:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self


class Labels(_Strict):
    """A column of category labels; several in one cell where `separator` is given; `known` lists those allowed."""

    column: str
    separator: str | None = Field(default=None, min_length=1)
    known: tuple[str, ...] | None = Field(default=None, min_length=1)


class References(_Strict):
    """Columns of texts about the item; an empty cell is no text."""

    columns: tuple[str, ...] = Field(min_length=1)
    kind: ReferenceKind


class Split(_Strict):
    """The split of a row: its cell in a column, or one name for the whole file."""

    column: str | None = None
    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_]+$")

    @model_validator(mode="after")
    def _one(self) -> Split:
        if (self.column is None) == (self.name is None):
            raise ValueError("give either 'column' or 'name'")
        return self

    def of(self, row: Row) -> str:
        """Return the split of a row.

        Raises:
            InputError: it cannot be a file's name.
        """
        return str(self.name) if self.column is None else split_name(row.text(self.column), **row.place(self.column))


class Columns(_Strict):
    """The meaning of the columns of a ratings file.

    Attributes:
        source: name of the source, which becomes its folder.
        va_source: where valence and arousal come from; `synthetic` marks the whole dataset as synthetic.
        item: columns that together identify a row.
        cluster: columns whose values rows of one cluster share; without them each row is its own cluster.
    """

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    licence: str
    citation: str
    homepage: str | None = None
    va_source: VaSource
    item: tuple[str, ...] = Field(min_length=1)
    cluster: tuple[str, ...] | None = Field(default=None, min_length=1)
    split: Split
    valence: Dimension
    arousal: Dimension
    dominance: Dimension | None = None
    labels: Labels | None = None
    references: References | None = None

    def names(self) -> list[str]:
        """List every column that the file must have."""
        names = [*self.item, *(self.cluster or ()), *(self.references.columns if self.references else ())]
        parts = (self.split, self.valence, self.arousal, self.dominance, self.labels)
        return names + [part.column for part in parts if part is not None and part.column is not None]


def features_from_ratings(path: Path, columns: Columns, *, salt: str) -> dict[str, pa.Table]:
    """Convert a CSV file of ratings to VA features.

    Returns:
        A checked features table of each split, with its provenance (not yet stamped with time and commit).

    Raises:
        InputError: the file lacks a column, a cell is empty, no number, off its scale or an unknown label, or two rows
            are the same item.
    """
    by_split: dict[str, list[Row]] = {}
    first: dict[str, int] = {}
    for row in read_rows(path, columns.names()):
        split = columns.split.of(row)
        key = _key(row, columns, salt)
        if key in first:
            what = f"the same item is on line {first[key]}"
            raise InputError(what, code="duplicate", **row.place(columns.item[0]), found=row[columns.item[0]])
        first[key] = row.line
        by_split.setdefault(split, []).append(row)
    if not by_split:
        raise InputError("has no rows", code="missing", file=path)
    return {split: _table(rows, columns, salt) for split, rows in by_split.items()}


def _key(row: Row, columns: Columns, salt: str) -> str:
    return item_id(salt, columns.source, "item", *(row.text(column) for column in columns.item))


def _cluster(row: Row, columns: Columns, salt: str) -> str:
    if columns.cluster is None:
        return _key(row, columns, salt)
    return item_id(salt, columns.source, "cluster", *(row.text(column) for column in columns.cluster))


def _table(rows: Sequence[Row], columns: Columns, salt: str) -> pa.Table:
    texts = [_texts(row, columns) for row in rows]
    kind = columns.references.kind if columns.references else None
    table = features_table(
        item_id=[_key(row, columns, salt) for row in rows],
        cluster_id=[_cluster(row, columns, salt) for row in rows],
        valence=_dimension(rows, columns.valence),
        arousal=_dimension(rows, columns.arousal),
        dominance=_dimension(rows, columns.dominance) if columns.dominance else [None] * len(rows),
        va_source=[columns.va_source] * len(rows),
        va_status=["ok"] * len(rows),
        labels=[_labels(row, columns.labels) for row in rows],
        references=texts,
        reference_kind=[kind if text else None for text in texts],
    )
    return with_provenance(check(table, rows[0].path), _provenance(columns))


def _dimension(rows: Sequence[Row], dimension: Dimension) -> np.ndarray:
    values = np.array([row.number(dimension.column) for row in rows])
    for outside in np.flatnonzero((values < dimension.low) | (values > dimension.high))[:1]:
        what = f"is outside {dimension.low:g}..{dimension.high:g}"
        place = rows[outside].place(dimension.column)
        raise InputError(what, code="range", **place, found=float(values[outside]))
    return to_unit(values, dimension.low, dimension.high)


def _labels(row: Row, labels: Labels | None) -> list[str]:
    if labels is None:
        return []
    text = row.text(labels.column)
    names = [name.strip() for name in text.split(labels.separator)] if labels.separator else [text]
    place = row.place(labels.column)
    if "" in names:
        raise InputError("has an empty label", code="missing", **place, found=text)
    found = [known_label(name, labels.known, **place) for name in names] if labels.known else names
    if len(set(found)) < len(found):
        raise InputError("has a label twice", code="duplicate", **place, found=text)
    return found


def _texts(row: Row, columns: Columns) -> list[str]:
    cells = [row[column].strip() for column in columns.references.columns] if columns.references else []
    return [cell for cell in cells if cell]


def _provenance(columns: Columns) -> Provenance:
    scales = {name: getattr(columns, name) for name in ("valence", "arousal", "dominance")}
    stated = [f"{name} {scale.low:g}..{scale.high:g}" for name, scale in scales.items() if scale is not None]
    return Provenance(
        source=columns.source,
        title=columns.title,
        licence=columns.licence,
        citation=columns.citation,
        homepage=columns.homepage,
        original_scale=(columns.valence.low, columns.valence.high),
        synthetic=columns.va_source == "synthetic",
        notes=f"Original scales: {', '.join(stated)}.",
    )
