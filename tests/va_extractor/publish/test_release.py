"""What may be published at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.refused import refused
from va_extractor.publish.release import Release, read_release


def read(features: Path, repo: str = "org/name", version: str = "1.0.0") -> Release:
    return read_release(features, repo, version, gated=False, day=date(2026, 3, 1))


def test_every_split_of_every_source_is_a_part(features: Path) -> None:
    release = read(features)
    assert [(part.source, part.split, part.table.num_rows) for part in release.parts] == [
        ("drawn", "test", 6),
        ("faces", "test", 4),
        ("faces", "train", 10),
    ]
    assert (release.tag, release.rows) == ("v1.0.0", 20)


def test_columns_beyond_the_schema_stay_at_home(features: Path) -> None:
    path = features / "drawn" / "test.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("path", pa.array(["/home/me/anna.jpg"] * 6)), path)
    assert "path" not in read(features).parts[0].table.column_names


@pytest.mark.parametrize("repo", ["name", "a/b/c", "", "/name", "org/", "org/na me", "-org/name"])
def test_bad_ids(features: Path, repo: str) -> None:
    with refused("type", field="--repo", found=repo):
        read(features, repo=repo)


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", ""])
def test_bad_versions(features: Path, version: str) -> None:
    with refused("type", field="--version", found=version):
        read(features, version=version)


def test_faulty_features_are_not_published(features: Path, tmp_path: Path) -> None:
    path = features / "faces" / "test.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(2, "valence", pa.array([2.0] * 4, pa.float32())), path)
    with refused("range", file=path, field="valence[0]", found=2.0):
        read(features)
    with refused("missing", file=tmp_path / "absent"):
        read(tmp_path / "absent")


def test_a_file_in_another_sources_folder_is_refused(features: Path) -> None:
    (features / "drawn" / "test.parquet").rename(features / "faces" / "more.parquet")
    with refused("conflict", file=features / "faces", field="source", found="drawn"):
        read(features)
