"""The VA features dataset: its columns, its metadata, and the check of both.

`va_extractor` writes this document and `harness` reads it. One row is one face or rated item; valence, arousal and
dominance are in [-1, 1] whatever the source's own scale was. The files are Parquet, one folder a source:
`<root>/<source>/<split>.parquet`, or `<split>-00000-of-00003.parquet` where a split is in shards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, ValidationError

from va_extractor.common.errors import Code, InputError, invalid, need_columns

VaSource = Literal["facechannel", "emotieffnet", "network", "human", "norms", "synthetic"]  # network: any other
VaStatus = Literal["ok", "no_face", "low_confidence", "unreadable"]
ReferenceKind = Literal["human", "category_wording", "synthetic"]

METADATA_KEY = b"vaemo"

COLUMNS = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("cluster_id", pa.string(), nullable=False),
        pa.field("valence", pa.float32()),
        pa.field("arousal", pa.float32()),
        pa.field("dominance", pa.float32()),
        pa.field("va_source", pa.string(), nullable=False),
        pa.field("va_status", pa.string(), nullable=False),
        pa.field("face_score", pa.float32()),
        pa.field("labels", pa.list_(pa.string()), nullable=False),
        pa.field("label_weights", pa.list_(pa.float32())),
        pa.field("annotator_labels", pa.list_(pa.list_(pa.string()))),
        pa.field("references", pa.list_(pa.string()), nullable=False),
        pa.field("reference_kind", pa.string()),
    ]
)

OPTIONAL = ("annotator_labels",)
"""Columns that a file may lack; a column of nulls only is not written."""

_ENUMS = {"va_source": get_args(VaSource), "va_status": get_args(VaStatus), "reference_kind": get_args(ReferenceKind)}


class Tool(BaseModel):
    """A network: its name, version and the SHA-256 of its weights (None where it has none)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    weights_sha256: str | None = None


class Provenance(BaseModel):
    """Metadata of one split, JSON under the key `vaemo` of the Parquet schema.

    Attributes:
        source: name of the source, equal to its folder (`iimi`, `emotic`, ...).
        title: one line for people.
        licence: licence or terms of the source's annotations and of these rows.
        citation: the work to cite.
        homepage: where to get the source; None where it has no page.
        original_scale: the source's own (low, high) of valence and arousal before conversion to [-1, 1].
        annotator_merge: how several annotators were merged (`union`, `weights`, `single`); None where there is one.
        extractor: what measured valence and arousal; None for human ratings and norms.
        detector: what found the face; None where there was no detector.
        created: UTC time, ISO 8601; None where the rows are drawn from a seed, so that they give the same file.
        git_commit: commit of this project that wrote the file; None outside a checkout.
        synthetic: True where valence and arousal were drawn, not measured.
        notes: what a reader must know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    title: str
    licence: str
    citation: str
    homepage: str | None = None
    original_scale: tuple[float, float]
    annotator_merge: str | None = None
    extractor: Tool | None = None
    detector: Tool | None = None
    created: str | None = None
    git_commit: str | None = None
    synthetic: bool = False
    notes: str = ""


def to_unit(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Convert values on [low, high] linearly to [-1, 1].

    Args:
        values: any shape, the source's own scale; NaN stays NaN.
        low: what becomes -1.
        high: what becomes 1.

    Raises:
        InputError: `low >= high`, or a value is outside [low, high].
    """
    if low >= high:
        raise InputError("the low end of a scale must be below its high end", code="range", found=(low, high))
    values = np.asarray(values, dtype=np.float64)
    outside = np.flatnonzero((values < low) | (values > high))
    if outside.size:
        raise InputError(f"is outside {low:g}..{high:g}", code="range", found=float(values.flat[outside[0]]))
    return (2.0 * values - (low + high)) / (high - low)


def features_table(**columns: Sequence[object] | np.ndarray) -> pa.Table:
    """Return a table with the columns of `COLUMNS`, not yet checked; columns that are not given are null."""
    rows = len(columns["item_id"])
    arrays = [pa.array(columns.get(field.name, [None] * rows), type=field.type) for field in COLUMNS]
    return pa.table(arrays, schema=COLUMNS)


def with_provenance(table: pa.Table, provenance: Provenance) -> pa.Table:
    """Return `table` with `provenance` in its schema metadata and its columns cast to `COLUMNS`."""
    metadata = {METADATA_KEY: provenance.model_dump_json().encode()}
    return table.select(COLUMNS.names).cast(COLUMNS).replace_schema_metadata(metadata)


def without_empty(table: pa.Table) -> pa.Table:
    """Return `table` without optional columns of nulls only, as it is written."""
    return table.drop_columns([name for name in OPTIONAL if table[name].null_count == table.num_rows])


def provenance_of(schema: pa.Schema, file: Path | str) -> Provenance:
    """Read the provenance out of the schema of a Parquet file.

    Raises:
        InputError: the metadata is missing or does not fit `Provenance`.
    """
    raw = (schema.metadata or {}).get(METADATA_KEY)
    if raw is None:
        hint = "write the file with vaemo-extract"
        raise InputError("the Parquet schema has no such metadata", code="missing", file=file, field="vaemo", hint=hint)
    try:
        return Provenance.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error, file=file, field="vaemo") from None


def check(table: pa.Table, file: Path | str) -> pa.Table:
    """Check a features table and return it with exactly the columns of `COLUMNS`, in order.

    Args:
        table: rows of one split; further columns are dropped.
        file: the file, for errors.

    Raises:
        InputError: a column is missing or of the wrong type, a value is out of range, unknown, duplicate or absent
            where it must not be; the field is `column[row]`, rows counted from 0.
    """
    for name in OPTIONAL:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, COLUMNS.field(name).type))
    need_columns(COLUMNS.names, table.column_names, file)
    columns = []
    for field in COLUMNS:
        try:
            columns.append(table.column(field.name).cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            what = f"is {table.schema.field(field.name).type}, not {field.type}: {str(error).splitlines()[0]}"
            raise InputError(what, code="type", file=file, field=field.name) from None
    checked = pa.table(columns, schema=COLUMNS.with_metadata(table.schema.metadata))
    _Values(checked, file).check()
    return checked


class _Values:
    """The values of a table with the right columns, and the file they are from."""

    def __init__(self, table: pa.Table, file: Path | str) -> None:
        self._table = table
        self._file = file

    def check(self) -> None:
        table, refuse = self._table, self._refuse
        for field in COLUMNS:
            if not field.nullable:
                refuse(field.name, pc.is_null(table[field.name]), "missing", "is null")
        for name, known in _ENUMS.items():
            unknown = pc.and_(pc.is_valid(table[name]), pc.invert(pc.is_in(table[name], pa.array(known))))
            refuse(name, unknown, "unknown", f"is not one of {', '.join(known)}")
        for name in ("item_id", "cluster_id"):
            broken = pc.match_substring_regex(table[name], r"^$|[[:cntrl:]]")
            refuse(name, broken, "type", "is empty or has a control character")
        for name in ("valence", "arousal", "dominance"):
            refuse(name, pc.is_nan(table[name]), "range", "is NaN", "write null where there is no value")
            outside = pc.greater(pc.abs(table[name]), 1.0)
            refuse(name, outside, "range", "is outside [-1, 1]", "convert the source's own scale first")
        ok = pc.equal(table["va_status"], "ok")
        faceless = pc.is_in(table["va_status"], pa.array(["no_face", "unreadable"]))
        for name in ("valence", "arousal"):
            absent = pc.and_(ok, pc.is_null(table[name]))
            refuse(name, absent, "missing", "is null though va_status is 'ok'")
            present = pc.and_(faceless, pc.is_valid(table[name]))
            refuse(name, present, "conflict", "has a value though no face was measured")
        for name in ("labels", "label_weights", "references"):
            refuse(name, _any(table[name], pc.is_null), "missing", "has a null")
        refuse("label_weights", _any(table["label_weights"], _not_fraction), "range", "has a weight outside [0, 1]")
        lengths = [pc.list_value_length(table[name]) for name in ("label_weights", "labels")]
        refuse("label_weights", pc.not_equal(*lengths), "conflict", "must have one weight for each label")
        refuse("annotator_labels", self._strange(), "conflict", "must have some of the row's labels, each once")
        described = pc.greater(pc.list_value_length(table["references"]), 0)
        unmarked = pc.and_(described, pc.is_null(table["reference_kind"]))
        refuse("reference_kind", unmarked, "missing", "is null though the row has references")
        refuse("item_id", self._repeated(), "duplicate", "appears twice")

    def _refuse(self, name: str, wrong: pa.ChunkedArray, code: Code, what: str, hint: str | None = None) -> None:
        """Raise for the first row in which `wrong` is true; null counts as not wrong."""
        row = pc.index(pc.fill_null(wrong, False), True).as_py()
        if row >= 0:
            value = self._table[name][row].as_py()
            raise InputError(what, code=code, file=self._file, field=f"{name}[{row}]", found=value, hint=hint)

    def _strange(self) -> pa.ChunkedArray:
        """Return in which rows an annotator gave no label, a label twice or one that the row does not have."""
        columns = (self._table[name].to_pylist() for name in ("labels", "annotator_labels"))
        wrong = [
            given is not None
            and not all(one and set(one) <= set(labels) and len(set(one)) == len(one) for one in given)
            for labels, given in zip(*columns, strict=True)
        ]
        return pa.chunked_array([pa.array(wrong, pa.bool_())])

    def _repeated(self) -> pa.ChunkedArray:
        """Return which rows have the id of an earlier row."""
        codes = self._table["item_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        highest = np.maximum.accumulate(np.append(-1, codes[:-1]))  # a new id gets the next code
        return pa.chunked_array([pa.array(codes <= highest[: len(codes)], pa.bool_())])


def _not_fraction(weights: pa.Array) -> pa.BooleanArray:
    return pc.invert(pc.and_(pc.greater_equal(weights, 0.0), pc.less_equal(weights, 1.0)))


def _any(column: pa.ChunkedArray, wrong: Callable[[pa.Array], pa.BooleanArray]) -> pa.BooleanArray:
    """Return of each row whether `wrong` is true for any element of its list."""
    lists = column.combine_chunks()
    rows = pc.list_parent_indices(lists).filter(pc.fill_null(wrong(pc.list_flatten(lists)), False))
    return pc.is_in(pa.array(np.arange(len(lists))), rows)


_DIGITS = 20


def item_id(salt: str, *parts: str | int) -> str:
    """Hash what identifies an item.

    The same salt and parts give the same id on every machine. Someone who knows the salt and guesses the parts can
    identify the item; a secret salt prevents that.

    Args:
        salt: any text.
        parts: content of the item, or its names in the source, in order.

    Returns:
        20 hexadecimal digits (80 bits) of the SHA-256 of salt and parts as a JSON list.
    """
    return hashlib.sha256(json.dumps([salt, *parts]).encode()).hexdigest()[:_DIGITS]
