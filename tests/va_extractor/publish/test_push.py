"""Pushing, up to the last call: a double with HfApi's own signatures records what would be sent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, call, create_autospec

import datasets
import httpx
import mlcroissant as mlc
import pytest
from huggingface_hub import GitRefInfo, GitRefs, HfApi
from huggingface_hub.errors import HfHubHTTPError

from tests.refused import refused
from va_extractor.dataset import read_split, split_files
from va_extractor.publish.croissant import REPOSITORY
from va_extractor.publish.push import push, write
from va_extractor.publish.release import Release


@pytest.fixture
def api() -> MagicMock:
    double: MagicMock = create_autospec(HfApi, instance=True)
    double.list_repo_refs.return_value = GitRefs(branches=[], converts=[], tags=[])
    double.upload_folder.return_value.oid = "c0ffee"
    return double


def test_calls_in_order_for_a_private_gated_dataset(release: Release, api: MagicMock, tmp_path: Path) -> None:
    assert push(release, tmp_path, api, private=True) == "c0ffee"
    assert api.mock_calls == [
        call.create_repo("org/name", repo_type="dataset", private=True, exist_ok=True),
        call.list_repo_refs("org/name", repo_type="dataset"),
        call.update_repo_settings("org/name", repo_type="dataset", private=True, gated="manual"),
        call.upload_folder(
            repo_id="org/name",
            repo_type="dataset",
            folder_path=tmp_path,
            commit_message="VA features v1.2.3",
            delete_patterns=["*.parquet"],
        ),
        call.create_tag("org/name", repo_type="dataset", tag="v1.2.3", revision="c0ffee"),
    ]


def test_an_open_dataset_changes_no_setting(release: Release, api: MagicMock, tmp_path: Path) -> None:
    push(replace(release, gated=False), tmp_path, api, private=False)
    api.create_repo.assert_called_once_with("org/name", repo_type="dataset", private=None, exist_ok=True)
    api.update_repo_settings.assert_not_called()


def test_a_published_version_is_never_overwritten(release: Release, api: MagicMock, tmp_path: Path) -> None:
    tag = GitRefInfo(name="v1.2.3", ref="refs/tags/v1.2.3", target_commit="0")
    api.list_repo_refs.return_value = GitRefs(branches=[], converts=[], tags=[tag])
    with refused("duplicate", file="org/name", found="1.2.3"):
        push(release, tmp_path, api, private=False)
    api.upload_folder.assert_not_called()
    api.create_tag.assert_not_called()


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("no route"),
        OSError("Token hf_abcDEF123 not found"),
        HfHubHTTPError("401 for hf_abcDEF123\nmore", response=httpx.Response(401, request=httpx.Request("GET", "x"))),
    ],
)
def test_refusals_are_one_line_without_the_token(
    release: Release, api: MagicMock, tmp_path: Path, error: Exception
) -> None:
    api.upload_folder.side_effect = error
    with refused("model", file="org/name") as raised:
        push(release, tmp_path, api, private=False)
    assert "hf_abc" not in str(raised.value)
    api.create_tag.assert_not_called()


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
