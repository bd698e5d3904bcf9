"""The VA features dataset: its columns, its dataset-level metadata, and the check of both.

This is the document that `va_extractor` writes and `harness` reads. One row is one face (or one rated item); valence,
arousal and dominance are in [-1, 1] whatever the source's own scale was. Parquet, one folder a source:
`<root>/<source>/<split>.parquet`, or `<split>-00000-of-00003.parquet` where a split is in shards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, ValidationError

from va_extractor.common.errors import InputError

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
"""Columns that a file may lack, which then hold nothing; a file is written without them where they hold nothing."""

_ENUMS = {
    "va_source": get_args(VaSource),
    "va_status": get_args(VaStatus),
    "reference_kind": get_args(ReferenceKind),
}


class Tool(BaseModel):
    """A program that produced numbers: its name, version and the SHA-256 of its weights (None where it has none)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    weights_sha256: str | None = None


class Provenance(BaseModel):
    """Dataset-level metadata, kept as JSON in each Parquet file's schema under the key `vaemo`.

    Attributes:
        source: name of the source, equal to its folder (`iimi`, `emotic`, ...).
        title: one line for people.
        licence: licence or terms of the source's annotations and of these rows.
        citation: the work to cite.
        homepage: where the source is obtained; None where it has no page.
        original_scale: the source's own (low, high) of valence and arousal before conversion to [-1, 1].
        annotator_merge: how several annotators were merged (`union`, `weights`, `single`); None where there is one.
        extractor: what measured valence and arousal; None for human ratings and norms.
        detector: what found the face; None where nothing did.
        created: UTC time, ISO 8601; None where the file is drawn from a seed and must not change from day to day.
        git_commit: commit of this project that wrote the file; None outside a checkout.
        synthetic: True where valence and arousal were drawn, not measured.
        notes: assumptions a reader must know.
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
        InputError: `low >= high`, or a value lies outside [low, high].
    """
    if low >= high:
        raise InputError(f"scale {low}..{high}: the low end must be below the high end")
    values = np.asarray(values, dtype=np.float64)
    outside = np.flatnonzero((values < low) | (values > high))
    if outside.size:
        raise InputError(f"value {values.flat[outside[0]]:g} lies outside the stated scale {low:g}..{high:g}")
    return (2.0 * values - (low + high)) / (high - low)


def with_provenance(table: pa.Table, provenance: Provenance) -> pa.Table:
    """Return `table` with `provenance` in its schema metadata and its columns cast to `COLUMNS`."""
    metadata = {METADATA_KEY: provenance.model_dump_json().encode()}
    return table.select(COLUMNS.names).cast(COLUMNS).replace_schema_metadata(metadata)


def without_empty(table: pa.Table) -> pa.Table:
    """Return `table` without the optional columns that hold nothing, as it is written."""
    return table.drop_columns([name for name in OPTIONAL if table[name].null_count == table.num_rows])


def provenance_of(schema: pa.Schema, where: str) -> Provenance:
    """Read the provenance out of a Parquet schema.

    Raises:
        InputError: the metadata is missing or does not fit `Provenance`; the message names the field.
    """
    raw = (schema.metadata or {}).get(METADATA_KEY)
    if raw is None:
        raise InputError(f"{where}: no 'vaemo' metadata in the Parquet schema; write the file with vaemo-extract")
    try:
        return Provenance.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise InputError(f"{where}: metadata field '{field or METADATA_KEY.decode()}': {first['msg']}") from None


def check(table: pa.Table, where: str) -> pa.Table:
    """Check a features table and return it with exactly the columns of `COLUMNS`, in order.

    Args:
        table: rows of one split; further columns are dropped.
        where: the file's name, for messages.

    Raises:
        InputError: a column is missing or of the wrong type, a value is out of range, of an unknown kind, duplicate or
            absent where it must not be; the message names file, row (from 0) and column.
    """
    for name in OPTIONAL:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, COLUMNS.field(name).type))
    missing = [name for name in COLUMNS.names if name not in table.column_names]
    if missing:
        raise InputError(f"{where}: column '{missing[0]}' is missing; it has {', '.join(table.column_names)}")
    columns = []
    for field in COLUMNS:
        try:
            column = table.column(field.name).cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            got = table.schema.field(field.name).type
            words = str(error).splitlines()[0]
            raise InputError(f"{where}: column '{field.name}' is {got}, not {field.type}: {words}") from None
        columns.append(column)
    checked = pa.table(columns, schema=COLUMNS.with_metadata(table.schema.metadata))
    for field in COLUMNS:
        if not field.nullable:
            _refuse(checked, field.name, pc.is_null(checked[field.name]), where, "is null")
    _check_values(checked, where)
    return checked


def _check_values(table: pa.Table, where: str) -> None:
    for name, known in _ENUMS.items():
        column = table[name]
        unknown = pc.and_(pc.is_valid(column), pc.invert(pc.is_in(column, pa.array(known))))
        _refuse(table, name, unknown, where, f"is not one of {', '.join(known)}")
    for name in ("item_id", "cluster_id"):
        broken = pc.match_substring_regex(table[name], r"^$|[[:cntrl:]]")
        _refuse(table, name, broken, where, "is empty, or holds a control character")
    for name in ("valence", "arousal", "dominance"):
        column = table[name]
        _refuse(table, name, pc.is_nan(column), where, "is NaN; use null where there is no value")
        outside = pc.greater(pc.abs(column), 1.0)
        _refuse(table, name, outside, where, "lies outside [-1, 1]; convert the source's own scale first")
    ok = pc.equal(table["va_status"], "ok")
    faceless = pc.is_in(table["va_status"], pa.array(["no_face", "unreadable"]))
    for name in ("valence", "arousal"):
        _refuse(table, name, pc.and_(ok, pc.is_null(table[name])), where, "is null though va_status is 'ok'")
        _refuse(
            table, name, pc.and_(faceless, pc.is_valid(table[name])), where, "has a value though no face was measured"
        )
    for name in ("labels", "label_weights", "references"):
        _refuse(table, name, _holds(table[name], pc.is_null), where, "holds a null")
    _refuse(table, "label_weights", _holds(table["label_weights"], _no_share), where, "holds a weight outside [0, 1]")
    wrong = pc.not_equal(pc.list_value_length(table["label_weights"]), pc.list_value_length(table["labels"]))
    _refuse(table, "label_weights", wrong, where, "must have one weight for each label")
    _check_annotators(table, where)
    described = pc.greater(pc.list_value_length(table["references"]), 0)
    unmarked = pc.and_(described, pc.is_null(table["reference_kind"]))
    _refuse(table, "reference_kind", unmarked, where, "is null though the row has references")
    ids = table["item_id"].to_pylist()
    if len(set(ids)) != len(ids):
        first = {item: row for row, item in reversed(list(enumerate(ids)))}
        row = next(row for row, item in enumerate(ids) if first[item] != row)
        raise InputError(f"{where}: row {row}, column 'item_id': {ids[row]!r} stands there twice")


def _check_annotators(table: pa.Table, where: str) -> None:
    """Refuse annotators who gave nothing, or a label that the row does not have."""
    rows = zip(table["labels"].to_pylist(), table["annotator_labels"].to_pylist(), strict=True)
    wrong = [
        given is not None and not all(one and set(one) <= set(labels) and len(set(one)) == len(one) for one in given)
        for labels, given in rows
    ]
    what = "must hold for each annotator some of the row's labels, each once"
    _refuse(table, "annotator_labels", pa.chunked_array([pa.array(wrong, pa.bool_())]), where, what)


def _no_share(weights: pa.Array) -> pa.BooleanArray:
    return pc.invert(pc.and_(pc.greater_equal(weights, 0.0), pc.less_equal(weights, 1.0)))


def _holds(column: pa.ChunkedArray, wrong: Callable[[pa.Array], pa.BooleanArray]) -> pa.BooleanArray:
    """Tell of each row whether `wrong` holds for any element of its list."""
    lists = column.combine_chunks()
    rows = pc.list_parent_indices(lists).filter(pc.fill_null(wrong(pc.list_flatten(lists)), False))
    return pc.is_in(pa.array(np.arange(len(lists))), rows)


def _refuse(table: pa.Table, name: str, wrong: pa.ChunkedArray, where: str, what: str) -> None:
    """Raise for the first row in which `wrong` is true; null counts as not wrong."""
    row = pc.index(pc.fill_null(wrong, False), True).as_py()
    if row >= 0:
        value = table[name][row].as_py()
        raise InputError(f"{where}: row {row}, column '{name}': {value!r} {what}")
