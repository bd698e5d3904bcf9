"""Counts and faults of features."""

from __future__ import annotations

import statistics
from typing import Any

import pyarrow as pa
import pytest

from va_extractor.inspection.summary import Dimension, measured, summarise
from va_extractor.schema import COLUMNS, Provenance, with_provenance

PROVENANCE = Provenance(source="s", title="t", licence="l", citation="c", original_scale=(-1, 1))


def row(item: str, valence: float | None, **fields: Any) -> dict[str, Any]:
    return {
        "item_id": item,
        "cluster_id": item,
        "valence": valence,
        "arousal": None if valence is None else -valence / 2,
        "dominance": None,
        "va_source": "human",
        "va_status": "no_face" if valence is None else "ok",
        "face_score": None,
        "labels": ["joy"],
        "label_weights": None,
        "annotator_labels": None,
        "references": [],
        "reference_kind": None,
        **fields,
    }


def table(*rows: dict[str, Any]) -> pa.Table:
    return with_provenance(pa.Table.from_pylist(list(rows), schema=COLUMNS), PROVENANCE)


def dimension(summary: tuple[Dimension, ...], name: str) -> Dimension:
    return next(one for one in summary if one.name == name)


def test_counts_and_statistics() -> None:
    given = [0.5, -0.25, 1.0]
    rows = [row(str(value), value, cluster_id="one", references=["x"], reference_kind="human") for value in given]
    summary = summarise({"test": table(*rows, row("none", None, labels=["joy", "fear"]))}, min_items=2)
    (split,) = summary.splits
    assert (split.rows, split.clusters, split.described) == (4, 2, 3)
    assert split.statuses == {"ok": 3, "no_face": 1}
    assert split.labels == {"fear": 1, "joy": 4}
    valence = dimension(split.dimensions, "valence")
    assert (valence.count, valence.low, valence.high, valence.outside) == (3, -0.25, 1.0, 0)
    assert valence.mean == pytest.approx(statistics.mean(given))
    assert valence.sd == pytest.approx(statistics.stdev(given))
    assert dimension(split.dimensions, "arousal").mean == pytest.approx(-statistics.mean(given) / 2)
    assert [one.name for one in split.dimensions] == ["valence", "arousal"]
    assert summary.problems == ()
    assert summary.cautions == (
        "split 'test': 1 labels with fewer than 2 rows: fear (1)",
        "split 'test': 1 of 4 rows have a status other than ok",
    )


def test_measured_rows_leave_out_those_without_values() -> None:
    points, labels = measured({"a": table(row("1", 0.5), row("2", None)), "b": table(row("3", 0.25, labels=["fear"]))})
    assert points.tolist() == [[0.5, -0.25], [0.25, -0.125]]
    assert labels == [["joy"], ["fear"]]


def test_values_outside_the_scale_are_a_problem_and_counted() -> None:
    summary = summarise({"test": table(row("1", 5.0), row("2", 3.0), row("3", 0.0))}, min_items=1)
    assert any("valence[0]: is outside [-1, 1] (found 5)" in line for line in summary.problems)
    assert "split 'test': 2 values of valence outside [-1, 1]" in summary.problems
    assert "split 'test': 2 values of arousal outside [-1, 1]" in summary.problems


def test_repeated_items_and_shared_clusters() -> None:
    train = table(row("1", 0.0), row("1", 0.5), row("2", 0.1, cluster_id="c"))
    test = table(row("2", 0.1), row("3", 0.2, cluster_id="c"))
    summary = summarise({"train": train, "test": test}, min_items=1)
    assert "split 'train': 1 rows have the item_id of another row" in summary.problems
    assert "splits 'train' and 'test' share 1 item_ids: the same item in both" in summary.cautions
    assert "splits 'train' and 'test' share 1 cluster_ids: rows of the same cluster in both" in summary.cautions


def test_a_split_that_cannot_be_read_is_a_problem_and_the_others_are_still_counted() -> None:
    broken = table(row("1", 0.0)).drop_columns(["arousal"])
    summary = summarise({"train": broken, "test": table(row("2", 0.1))}, min_items=1)
    assert [split.name for split in summary.splits] == ["test"]
    assert any("split 'train': arousal: column is missing" in line for line in summary.problems)


def test_files_without_provenance_are_a_problem() -> None:
    summary = summarise({"test": table(row("1", 0.0)).replace_schema_metadata(None)}, min_items=1)
    assert any("vaemo: " in line for line in summary.problems)


def test_nan_is_a_problem_and_no_value() -> None:
    summary = summarise({"test": table(row("1", float("nan")), row("2", 0.5))}, min_items=1)
    assert any("is NaN" in line for line in summary.problems)
    valence = dimension(summary.splits[0].dimensions, "valence")
    assert (valence.count, valence.mean) == (1, 0.5)


def test_rows_with_holes_are_still_counted() -> None:
    holes = pa.Table.from_pylist([row("1", 0.0, labels=[None, "joy"]), row("2", 0.0, labels=None, va_status=None)])
    fields = [field.with_nullable(True) for field in COLUMNS]
    (split,) = summarise({"test": holes.select(COLUMNS.names).cast(pa.schema(fields))}, min_items=1).splits
    assert split.labels == {"joy": 1}
    assert split.statuses == {"ok": 1, None: 1}


def test_synthetic_rows_are_told() -> None:
    assert summarise({"test": table(row("1", 0.0, va_source="synthetic"))}, min_items=1).synthetic
    assert not summarise({"test": table(row("1", 0.0))}, min_items=1).synthetic
