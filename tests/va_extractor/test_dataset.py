"""Features on disk: what is written is read again, and what cannot be read is named."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.making import PROVENANCE, features
from tests.refused import refused
from va_extractor.dataset import read_split, sha256, sources, split_files, write_split
from va_extractor.schema import with_provenance


def shard(root: Path, name: str, table: pa.Table) -> Path:
    path = root / "emotic" / name
    path.parent.mkdir(exist_ok=True)
    pq.write_table(with_provenance(table, PROVENANCE), path)
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    table = features(5)
    path = write_split(table, PROVENANCE, tmp_path, "test")
    assert path == tmp_path / "emotic" / "test.parquet"
    again, provenance = read_split([path])
    assert again.to_pylist() == table.to_pylist()
    assert provenance == PROVENANCE
    assert [file.name for file in path.parent.iterdir()] == ["test.parquet"]


def test_nothing_is_written_of_a_table_that_breaks_the_schema(tmp_path: Path) -> None:
    with refused("range", file=tmp_path / "emotic" / "test.parquet", field="valence[0]", found=3.0):
        write_split(features(1, valence=[3.0]), PROVENANCE, tmp_path, "test")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "emotic").write_text("a file where the folder should be")
    with refused("unwritable", file=tmp_path / "emotic" / "test.parquet"):
        write_split(features(1), PROVENANCE, tmp_path, "test")


def test_shards_are_one_split_in_name_order(tmp_path: Path) -> None:
    table = features(5)
    shard(tmp_path, "train-00001-of-00002.parquet", table.slice(3))
    shard(tmp_path, "train-00000-of-00002.parquet", table.slice(0, 3))
    shard(tmp_path, "test.parquet", features(1))
    found = split_files(tmp_path, "emotic")
    assert sorted(found) == ["test", "train"]
    assert read_split(found["train"])[0].to_pylist() == table.to_pylist()
    assert sources(tmp_path) == ["emotic"]
    assert split_files(tmp_path, "iimi") == {}


def test_an_item_in_two_shards_is_refused(tmp_path: Path) -> None:
    for number in range(2):
        shard(tmp_path, f"test-0000{number}-of-00002.parquet", features(1))
    with refused("duplicate", file=tmp_path / "emotic", field="item_id[1]", found="i0"):
        read_split(split_files(tmp_path, "emotic")["test"])


@pytest.mark.parametrize(
    "names",
    [["test-00000-of-00002.parquet"], ["test.parquet", "test-00000-of-00001.parquet"]],
)
def test_a_shard_too_few_or_too_many_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        shard(tmp_path, name, features(1))
    with refused("incomplete", file=tmp_path / "emotic", field="test"):
        split_files(tmp_path, "emotic")


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    path = shard(tmp_path, "test.v2.parquet", features(1))
    with refused("type", file=path):
        split_files(tmp_path, "emotic")


@pytest.mark.parametrize("content", [b"", b"item_id,valence\n", b"PAR1 and then nothing PAR1"])
def test_what_is_no_parquet_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "test.parquet"
    path.write_bytes(content)
    with refused("unreadable", file=path):
        read_split([path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused("missing", file=tmp_path / "none.parquet"):
        read_split([tmp_path / "none.parquet"])


def test_parquet_that_is_no_features_dataset_is_named(tmp_path: Path) -> None:
    pq.write_table(features(1), tmp_path / "test.parquet")
    with refused("missing", file=tmp_path / "test.parquet", field="vaemo"):
        read_split([tmp_path / "test.parquet"])


def test_the_hash_is_that_of_the_bytes_in_name_order(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    assert sha256([second, first]) == hashlib.sha256(b"onetwo").hexdigest()


INVALID = pa.Array.from_buffers(pa.string(), 2, pa.array([b"\xff\xfe", b"\xff"], pa.binary()).buffers())


@pytest.mark.parametrize("column", ["item_id", "cluster_id", "reference_kind", "labels", "references"])
def test_a_text_that_is_not_utf8_is_refused(column: str, tmp_path: Path) -> None:
    table = with_provenance(features(2), PROVENANCE)
    values = INVALID
    if column in ("labels", "references"):
        values = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), INVALID)
    path = tmp_path / "test.parquet"
    pq.write_table(table.set_column(table.column_names.index(column), column, values), path)
    with refused("unreadable", file=path):
        read_split([path])


def test_a_column_that_appears_twice_is_named(tmp_path: Path) -> None:
    table = with_provenance(features(2), PROVENANCE)
    path = tmp_path / "test.parquet"
    pq.write_table(table.append_column("valence", table["valence"]), path)
    with refused("duplicate", file=path, field="valence"):
        read_split([path])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "test.parquet")
    with refused("unreadable", file=tmp_path / "test.parquet"):
        read_split([tmp_path / "test.parquet"])
