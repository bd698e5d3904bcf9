"""The features document: what is accepted, what is refused, and conversion of scales."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.making import PROVENANCE, features
from tests.refused import refused
from va_extractor.common.errors import Code
from va_extractor.dataset import read_split, write_split
from va_extractor.schema import (
    COLUMNS,
    METADATA_KEY,
    OPTIONAL,
    Provenance,
    check,
    item_id,
    provenance_of,
    to_unit,
    with_provenance,
)

NAN = float("nan")


def test_a_valid_table_passes_unchanged() -> None:
    table = features(4, dominance=[None, 0.0, 1.0, -1.0], va_status=["ok", "low_confidence", "ok", "ok"])
    assert check(table, "f").to_pylist() == table.to_pylist()
    assert check(table, "f").schema.names == COLUMNS.names


def test_wider_types_are_cast_and_further_columns_dropped() -> None:
    table = features(2)
    table = table.set_column(2, "valence", pa.array([0.5, -0.5], pa.float64())).append_column(
        "file_name", pa.array(["a.jpg", "b.jpg"])
    )
    checked = check(table, "f")
    assert checked.schema.field("valence").type == pa.float32()
    assert "file_name" not in checked.column_names


def test_a_file_from_before_there_were_annotators_reads_as_one_without(tmp_path: Path) -> None:
    table = features(3)
    written = pq.read_table(write_split(table, PROVENANCE, tmp_path, "test"))
    assert "annotator_labels" not in written.column_names
    read, _ = read_split([tmp_path / "emotic" / "test.parquet"])
    assert read["annotator_labels"].to_pylist() == [None] * 3
    several = features(3, annotator_labels=[None, [[label] for [label] in table["labels"].to_pylist()[1:2]] * 2, None])
    read, _ = read_split([write_split(several, PROVENANCE, tmp_path, "test")])
    assert read["annotator_labels"].to_pylist() == several["annotator_labels"].to_pylist()


def test_empty_tables_pass() -> None:
    assert check(features(0), "f").num_rows == 0


@pytest.mark.parametrize(
    ("column", "values", "row", "code"),
    [
        ("item_id", ["a", "b", "a"], 2, "duplicate"),
        ("item_id", ["a", None, "c"], 1, "missing"),
        ("cluster_id", ["a", None, "c"], 1, "missing"),
        ("item_id", ["a", "b", ""], 2, "type"),
        ("cluster_id", ["a", "b\x1b[31m", "c"], 1, "type"),
        ("valence", [0.0, 1.01, 0.0], 1, "range"),
        ("valence", [0.0, 0.0, float("inf")], 2, "range"),
        ("arousal", [NAN, 0.0, 0.0], 0, "range"),
        ("arousal", [0.0, None, 0.0], 1, "missing"),
        ("dominance", [None, None, -2.0], 2, "range"),
        ("dominance", [None, NAN, 0.0], 1, "range"),
        ("va_source", ["human", "guess", "human"], 1, "unknown"),
        ("va_status", ["ok", "ok", "lost"], 2, "unknown"),
        ("labels", [["Anger"], None, ["Fear"]], 1, "missing"),
        ("labels", [["Anger"], ["Fear", None], ["Fear"]], 1, "missing"),
        ("references", [[], [], [None]], 2, "missing"),
        ("annotator_labels", [None, [["Anger"], ["Fear"]], None], 1, "conflict"),
        ("annotator_labels", [None, None, [[]]], 2, "conflict"),
        ("annotator_labels", [None, [["Affection", "Anger"], None], None], 1, "conflict"),
        ("label_weights", [[1.0], [1.0, 0.5], [1.0]], 1, "conflict"),
        ("label_weights", [[1.0], [1.5], [1.0]], 1, "range"),
        ("label_weights", [[1.0], [1.0], [NAN]], 2, "range"),
        ("reference_kind", [None, "invented", None], 1, "unknown"),
    ],
)
def test_wrong_values_are_named_by_file_column_and_row(column: str, values: list[Any], row: int, code: Code) -> None:
    with refused(code, file="some/file", field=f"{column}[{row}]"):
        check(features(3, **{column: values}), "some/file")


def test_references_without_their_kind_are_refused() -> None:
    with refused("missing", field="reference_kind[1]"):
        check(features(3, references=[[], ["a text"], []]), "f")


@pytest.mark.parametrize("status", ["no_face", "unreadable"])
def test_a_value_where_no_face_was_measured_is_refused(status: str) -> None:
    with refused("conflict", field="valence[1]"):
        check(features(2, va_status=["ok", status]), "f")
    faceless = features(2, va_status=["ok", status], valence=[0.1, None], arousal=[0.1, None])
    assert check(faceless, "f").num_rows == 2


@pytest.mark.parametrize("column", [name for name in COLUMNS.names if name not in OPTIONAL])
def test_a_missing_column_is_named(column: str) -> None:
    with refused("missing", file="some/file", field=column):
        check(features(1).drop_columns([column]), "some/file")


def test_a_column_of_another_type_is_named() -> None:
    table = features(1).set_column(2, "valence", pa.array(["high"]))
    with refused("type", field="valence"):
        check(table, "f")


# Dataset-level metadata


def test_provenance_survives_the_schema() -> None:
    table = with_provenance(features(2), PROVENANCE)
    assert provenance_of(table.schema, "f") == PROVENANCE


@pytest.mark.parametrize(
    ("metadata", "code", "field"),
    [
        (None, "missing", "vaemo"),
        ({METADATA_KEY: b"{not json"}, "type", "vaemo"),
        ({METADATA_KEY: b"\xff{}"}, "type", "vaemo"),
        ({METADATA_KEY: b"[" * 100_000}, "type", "vaemo"),
        ({METADATA_KEY: b'{"source": ' + b"9" * 5_000 + b"}"}, "type", "vaemo"),
        ({METADATA_KEY: PROVENANCE.model_dump_json().replace("emotic", "\\ud800").encode()}, "type", "vaemo"),
        ({METADATA_KEY: b"{}"}, "missing", "vaemo.source"),
        ({METADATA_KEY: PROVENANCE.model_dump_json().replace("citation", "x").encode()}, "missing", "vaemo.citation"),
    ],
)
def test_broken_metadata_is_named(metadata: dict[bytes, bytes] | None, code: Code, field: str) -> None:
    with refused(code, file="some/file", field=field):
        provenance_of(COLUMNS.with_metadata(metadata), "some/file")


def test_provenance_is_read_only() -> None:
    with pytest.raises(ValueError, match="frozen"):
        PROVENANCE.source = "other"  # type: ignore[misc]
    assert Provenance.model_validate_json(PROVENANCE.model_dump_json()) == PROVENANCE


# Scales


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [(1, 1, 10, -1.0), (10, 1, 10, 1.0), (5.5, 1, 10, 0.0), (4, 1, 10, -1 / 3), (5, 1, 9, 0.0), (0.25, 0, 1, -0.5)],
)
def test_foreign_scales_become_ours(value: float, low: float, high: float, expected: float) -> None:
    assert to_unit(np.array([value]), low, high)[0] == pytest.approx(expected, abs=1e-15)


@given(low=st.integers(-100, 100), width=st.integers(1, 100), shares=st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_conversion_is_linear_and_keeps_order(low: int, width: int, shares: list[float]) -> None:
    given_values = np.clip(low + width * np.array(shares), low, low + width)
    converted = to_unit(given_values, low, low + width)
    assert np.all(np.abs(converted) <= 1 + 1e-12)
    assert np.allclose(low + (converted + 1) / 2 * width, given_values, atol=1e-9)


def test_missing_stays_missing() -> None:
    assert np.isnan(to_unit(np.array([NAN, 5.0]), 1, 9)).tolist() == [True, False]


@pytest.mark.parametrize(("low", "high"), [(1, 1), (9, 1)])
def test_a_scale_upside_down_is_refused(low: float, high: float) -> None:
    with refused("range", found=(low, high)):
        to_unit(np.array([1.0]), low, high)


@pytest.mark.parametrize("value", [0.0, 11.0])
def test_a_value_off_its_scale_is_refused(value: float) -> None:
    with refused("range", found=value):
        to_unit(np.array([[5.0], [value]]), 1, 10)


def test_is_the_beginning_of_the_sha256_of_salt_and_parts() -> None:
    assert item_id("s", "a", 1) == hashlib.sha256(b'["s", "a", 1]').hexdigest()[:20]


@given(st.lists(st.text() | st.integers(), unique_by=repr, max_size=4), st.text())
def test_different_parts_or_salts_give_different_ids(parts: list[str | int], salt: str) -> None:
    one = item_id(salt, *parts)
    assert one == item_id(salt, *parts)
    assert one != item_id(salt + "x", *parts)
    assert one != item_id(salt, *parts, "")
    if len(parts) > 1:
        assert one != item_id(salt, *parts[::-1])
