"""The folder that is pushed, read back by others' programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import mlcroissant as mlc
import pytest

from tests.refused import refused
from va_extractor.dataset import read_split, split_files
from va_extractor.publish.croissant import REPOSITORY
from va_extractor.publish.folder import write
from va_extractor.publish.release import Release


@pytest.fixture
def written(release: Release, tmp_path: Path) -> Path:
    write(release, tmp_path / "out", rows_per_shard=4)
    return tmp_path / "out"


def rows(release: Release, source: str, split: str) -> list[dict[str, Any]]:
    part = next(part for part in release.parts if (part.source, part.split) == (source, split))
    listed: list[dict[str, Any]] = part.table.to_pylist()
    return listed


def test_large_splits_are_in_shards(written: Path) -> None:
    names = sorted(path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file())
    assert names == [
        "README.md",
        "croissant.json",
        "drawn/test-00000-of-00002.parquet",
        "drawn/test-00001-of-00002.parquet",
        "faces/test-00000-of-00001.parquet",
        "faces/train-00000-of-00003.parquet",
        "faces/train-00001-of-00003.parquet",
        "faces/train-00002-of-00003.parquet",
    ]


def test_load_dataset_reads_every_source_and_split(written: Path, release: Release, tmp_path: Path) -> None:
    assert sorted(datasets.get_dataset_config_names(str(written))) == ["drawn", "faces"]
    for source, splits in (("drawn", {"test"}), ("faces", {"train", "test"})):
        loaded = datasets.load_dataset(str(written), source, cache_dir=str(tmp_path / "cache"))
        assert set(loaded) == splits
        for split in splits:
            assert loaded[split].to_list() == rows(release, source, split)


def test_our_own_reader_finds_rows_and_provenance(written: Path, release: Release) -> None:
    table, provenance = read_split(split_files(written, "faces")["train"])
    assert table.to_pylist() == rows(release, "faces", "train")
    assert provenance.extractor is not None
    assert provenance.extractor.weights_sha256 == "ab" * 32


def test_mlcroissant_validates_and_reads_the_rows(written: Path, release: Release) -> None:
    metadata = json.loads((written / "croissant.json").read_text(encoding="utf-8"))
    dataset = mlc.Dataset(jsonld=metadata, mapping={REPOSITORY: written})
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    found = list(dataset.records("faces"))
    assert len(found) == 14
    by_id = {record["faces/item_id"]: record for record in found}
    for split in ("train", "test"):
        for row in rows(release, "faces", split):
            record = by_id[row["item_id"].encode()]
            assert record["faces/split"] == split.encode()
            assert record["faces/valence"] == row["valence"]
            assert list(record["faces/labels"]) == [label.encode() for label in row["labels"]]


def test_croissant_names_version_licence_and_privacy(written: Path) -> None:
    metadata = json.loads((written / "croissant.json").read_text(encoding="utf-8"))
    assert metadata["version"] == "1.2.3"
    assert metadata["license"] == "terms & <conditions>"
    assert metadata["datePublished"] == "2026-03-01"
    assert "no pixel" in metadata["rai:personalSensitiveInformation"]
    assert [record_set["@id"] for record_set in metadata["recordSet"]] == ["drawn", "faces"]


def test_a_folder_in_use_is_left_alone(release: Release, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("", encoding="utf-8")
    with refused("conflict", file=tmp_path / "mine"):
        write(release, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
