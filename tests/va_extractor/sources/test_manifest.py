"""A manifest of images, in CSV and in Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from va_extractor.common.errors import InputError
from va_extractor.sources import manifest

CSV = """\
path,labels,cluster,split,box,reference,free
faces/a.jpg,joy|anger,s1,train,1 2 30.5 40,She beams.,x
faces/b.jpg,,s2,test,,,x
"""


def rows() -> list[dict[str, Any]]:
    a: dict[str, Any] = {"path": "faces/a.jpg", "labels": ["joy", "anger"], "cluster": "s1", "split": "train"}
    b: dict[str, Any] = {"path": "faces/b.jpg", "labels": [], "cluster": "s2", "split": "test"}
    return [a | {"box": [1.0, 2.0, 30.5, 40.0], "reference": "She beams."}, b | {"box": None, "reference": None}]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "a.jpg").write_bytes(b"")
    (tmp_path / "m.csv").write_text(CSV, encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows()), tmp_path / "m.parquet")
    return tmp_path


def test_csv_and_parquet_list_the_same_items(root: Path) -> None:
    items = manifest.list_items(root / "m.csv")
    assert items == manifest.list_items(root / "m.parquet")
    first, second = items
    assert first.path == root / "faces" / "a.jpg"
    assert (first.labels, first.cluster, first.split) == (("joy", "anger"), "s1", "train")
    assert first.box == (1, 2, 30.5, 40)
    assert (first.references, first.reference_kind) == (("She beams.",), "human")
    assert (second.labels, second.box, second.references, second.reference_kind) == ((), None, (), None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1 2 30.5 40", "1 2 30", r"m.csv:2, column 'box': '1 2 30' is not four numbers"),
        ("1 2 30.5 40", "1 2 one 40", r"m.csv:2, column 'box'.*is not four numbers"),
        ("1 2 30.5 40", "30 2 1 40", r"m.csv:2, column 'box'.*is empty"),
        ("1 2 30.5 40", "1 2 inf 40", r"m.csv:2, column 'box'.*is empty"),
        ("joy|anger", "joy||anger", r"m.csv:2, column 'labels'.*has an empty label or one twice"),
        ("joy|anger", "joy|joy", r"m.csv:2, column 'labels'.*has an empty label or one twice"),
        ("s1", "", r"m.csv:2, column 'cluster': '' is not text"),
        (",train", ",tr/ain", r"m.csv:2, column 'split': split 'tr/ain' has other characters"),
        ("cluster", "subject", r"m.csv: column 'cluster' is missing"),
        ("faces/a.jpg", "a.jpg", r"m.csv: none of the 2 files is there; the first is .*a.jpg"),
        (CSV[CSV.index("\n") + 1 :], "", r"m.csv: lists no image"),
    ],
)
def test_bad_rows_name_file_row_and_column(root: Path, old: str, new: str, message: str) -> None:
    assert old in CSV
    (root / "m.csv").write_text(CSV.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        manifest.list_items(root / "m.csv")


def test_bad_parquet(root: Path) -> None:
    pq.write_table(pa.Table.from_pylist([rows()[0] | {"labels": 3}]), root / "m.parquet")
    with pytest.raises(InputError, match=r"row 0, column 'labels': 3 is neither text nor a list"):
        manifest.list_items(root / "m.parquet")
    (root / "m.parquet").write_text("path,labels", encoding="utf-8")
    with pytest.raises(InputError, match=r"a manifest is a .csv or a Parquet file"):
        manifest.list_items(root / "m.parquet")
    with pytest.raises(InputError, match=r"absent.parquet: no such file"):
        manifest.list_items(root / "absent.parquet")
