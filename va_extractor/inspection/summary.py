"""Counts, means and problems of one source's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from va_extractor.common.errors import InputError
from va_extractor.schema import COLUMNS, OPTIONAL, check, provenance_of

_NAMED = 8
DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True)
class Dimension:
    """One dimension's values in one split; SD has n - 1, `outside` counts values outside [-1, 1], too few give NaN."""

    name: str
    count: int
    mean: float
    sd: float
    low: float
    high: float
    outside: int


@dataclass(frozen=True)
class Split:
    """One split's counts: rows with references are `described`; a row counts for each of its labels."""

    name: str
    rows: int
    clusters: int
    described: int
    statuses: dict[str, int]
    labels: dict[str, int]
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True)
class Summary:
    """One source: problems make it unusable, cautions help to read scores, synthetic rows were drawn, not measured."""

    splits: tuple[Split, ...]
    problems: tuple[str, ...]
    cautions: tuple[str, ...]
    synthetic: bool


def summarise(tables: Mapping[str, pa.Table], min_items: int) -> Summary:
    """Summarise the unchecked rows of each split; a label with fewer than `min_items` rows in one gives a caution."""
    readable = {name: table for name, table in tables.items() if _readable(table)}
    splits = tuple(_split(name, table) for name, table in readable.items())
    problems = [fault for name, table in tables.items() for fault in _faults(name, table)]
    problems += [
        f"split '{split.name}': {dimension.outside} values of {dimension.name} outside [-1, 1]"
        for split in splits
        for dimension in split.dimensions
        if dimension.outside
    ]
    problems += [fault for name, table in readable.items() for fault in _duplicates(name, table)]
    cautions = _shared(readable, "item_id", "the same item")
    cautions += _shared(readable, "cluster_id", "rows of the same cluster")
    synthetic = any("synthetic" in table["va_source"].unique().to_pylist() for table in readable.values())
    for split in splits:
        few = [f"{label} ({count})" for label, count in split.labels.items() if count < min_items]
        if few:
            named = ", ".join(few[:_NAMED]) + (f" and {len(few) - _NAMED} more" if len(few) > _NAMED else "")
            cautions.append(f"split '{split.name}': {len(few)} labels with fewer than {min_items} rows: {named}")
        missing = split.rows - split.statuses.get("ok", 0)
        if missing:
            cautions.append(f"split '{split.name}': {missing} of {split.rows} rows have a status other than ok")
    return Summary(splits, tuple(problems), tuple(cautions), synthetic)


def measured(tables: Mapping[str, pa.Table]) -> tuple[np.ndarray, list[list[str]]]:
    """Return the rows of all splits that have both valence and arousal.

    Returns:
        Valence and arousal, shape (rows, 2), and the labels of each row.
    """
    points, labels = [np.empty((0, 2))], []
    for table in filter(_readable, tables.values()):
        pairs = np.column_stack([_floats(table, "valence"), _floats(table, "arousal")])
        known = ~np.isnan(pairs).any(axis=1)
        points.append(pairs[known])
        labels += table["labels"].filter(pa.array(known)).to_pylist()
    return np.concatenate(points), labels


def _floats(table: pa.Table, name: str) -> np.ndarray:
    """Return a dimension's values, shape (rows,); null becomes NaN."""
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _readable(table: pa.Table) -> bool:
    """Return whether every column is there with its type, so that its values can be counted."""
    return all(
        field.name in table.column_names and table.schema.field(field.name).type.equals(field.type)
        for field in COLUMNS
        if field.name not in OPTIONAL
    )


def _faults(name: str, table: pa.Table) -> Iterable[str]:
    """Yield the first error of each check of the schema."""
    for fault in (lambda: check(table, f"split '{name}'"), lambda: provenance_of(table.schema, f"split '{name}'")):
        try:
            fault()
        except InputError as error:
            yield str(error)


def _split(name: str, table: pa.Table) -> Split:
    dimensions = tuple(_dimension(dimension, _floats(table, dimension)) for dimension in DIMENSIONS)
    statuses = sorted(_counts(table["va_status"]).items(), key=lambda pair: -pair[1])
    return Split(
        name=name,
        rows=table.num_rows,
        clusters=pc.count_distinct(table["cluster_id"]).as_py(),
        described=pc.sum(pc.greater(pc.list_value_length(table["references"]), 0)).as_py() or 0,
        statuses=dict(statuses),
        labels=dict(sorted(_counts(pc.list_flatten(table["labels"]).drop_null()).items())),
        dimensions=tuple(one for one in dimensions if one.count or one.name != "dominance"),
    )


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}


def _dimension(name: str, values: np.ndarray) -> Dimension:
    given = values[~np.isnan(values)]
    count = len(given)
    return Dimension(
        name=name,
        count=count,
        mean=float(given.mean()) if count else float("nan"),
        sd=float(given.std(ddof=1)) if count > 1 else float("nan"),
        low=float(given.min()) if count else float("nan"),
        high=float(given.max()) if count else float("nan"),
        outside=int(np.sum(np.abs(given) > 1)),
    )


def _duplicates(name: str, table: pa.Table) -> list[str]:
    count = table.num_rows - pc.count_distinct(table["item_id"]).as_py()
    return [f"split '{name}': {count} rows have the item_id of another row"] if count else []


def _shared(tables: Mapping[str, pa.Table], column: str, what: str) -> list[str]:
    """Return a line for each pair of splits that have values of `column` in common."""
    values = {name: table[column].unique() for name, table in tables.items()}
    shared = {
        (one, other): pc.sum(pc.is_in(values[one], values[other])).as_py() for one, other in combinations(values, 2)
    }
    return [
        f"splits '{one}' and '{other}' share {count} {column}s: {what} in both"
        for (one, other), count in shared.items()
        if count
    ]
