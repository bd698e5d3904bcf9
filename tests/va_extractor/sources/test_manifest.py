"""A manifest of images, in CSV and in Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.refused import refused
from va_extractor.common.errors import Code
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
    ("old", "new", "code", "line", "field"),
    [
        ("1 2 30.5 40", "1 2 30", "type", 2, "box"),
        ("1 2 30.5 40", "1 2 one 40", "type", 2, "box"),
        ("1 2 30.5 40", "30 2 1 40", "range", 2, "box"),
        ("1 2 30.5 40", "1 2 inf 40", "range", 2, "box"),
        ("joy|anger", "joy||anger", "type", 2, "labels"),
        ("joy|anger", "joy|joy", "type", 2, "labels"),
        ("s1", "", "type", 2, "cluster"),
        (",train", ",tr/ain", "type", 2, "split"),
        ("cluster", "subject", "missing", None, "cluster"),
        ("faces/a.jpg", "a.jpg", "missing", None, None),
        (CSV[CSV.index("\n") + 1 :], "", "missing", None, None),
    ],
)
def test_bad_rows_name_file_row_and_column(
    root: Path, old: str, new: str, code: Code, line: int | None, field: str | None
) -> None:
    assert old in CSV
    path = root / "m.csv"
    path.write_text(CSV.replace(old, new, 1), encoding="utf-8")
    with refused(code, file=path, line=line, field=field):
        manifest.list_items(path)


def test_bad_parquet(root: Path) -> None:
    path = root / "m.parquet"
    pq.write_table(pa.Table.from_pylist([rows()[0] | {"labels": 3}]), path)
    with refused("type", file=path, field="labels[0]", found=3):
        manifest.list_items(path)
    path.write_text("path,labels", encoding="utf-8")
    with refused("unreadable", file=path):
        manifest.list_items(path)
    with refused("missing", file=root / "absent.parquet"):
        manifest.list_items(root / "absent.parquet")
