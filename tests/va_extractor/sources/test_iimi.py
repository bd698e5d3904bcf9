"""IIMI in a folder or a manifest, its label names mapped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.common.errors import Code
from va_extractor.common.yamlfile import read_yaml
from va_extractor.emotions.labels import BASIC
from va_extractor.sources import iimi


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for name in ("Happy/F01_1.jpg", "Happy/F01_2.jpg", "SAD/M02_1.jpg", "neutral/F01_3.jpg"):
        path = tmp_path / "iimi" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "iimi"


def mapping(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labels.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_mapping_reaches_all_seven_labels() -> None:
    assert set(read_yaml(iimi.MAPPING, iimi.Mapping).labels.values()) == set(BASIC)


def test_names_are_mapped_whatever_their_case(images: Path) -> None:
    items = iimi.list_items(images)
    assert [item.labels for item in items] == [("happiness",), ("happiness",), ("sadness",), ("neutral",)]
    assert len({item.cluster for item in items}) == 4


def test_subject_in_the_name_is_the_cluster(images: Path, tmp_path: Path) -> None:
    own = mapping(tmp_path, 'labels: {happy: happiness, sad: sadness, neutral: neutral}\nsubject: "^([FM][0-9]+)_"\n')
    assert [item.cluster for item in iimi.list_items(images, own)] == ["F01", "F01", "M02", "F01"]


def test_manifest_form(images: Path) -> None:
    path = images / "m.csv"
    path.write_text("path,labels,cluster,split\nHappy/F01_1.jpg,Happy,F01,train\n", encoding="utf-8")
    (item,) = iimi.list_items(path)
    assert (item.labels, item.cluster, item.split) == (("happiness",), "F01", "train")
    path.write_text("path,labels,cluster,split\nHappy/F01_1.jpg,Happy|Sad,F01,train\n", encoding="utf-8")
    with refused("conflict", file=images / "Happy/F01_1.jpg", found=("Happy", "Sad")):
        iimi.list_items(path)


@pytest.mark.parametrize(
    ("text", "code", "file", "field"),
    [
        ("labels: {happy: happiness, sad: sadness}", "unknown", "iimi/neutral/F01_3.jpg", "labels.yaml"),
        ("labels: {happy: joy}", "range", "labels.yaml", "labels"),
        ("labels: {}", "type", "labels.yaml", "labels"),
        ("labels: {happy: happiness}\nsubject: '('", "range", "labels.yaml", "subject"),
        ("labels: {happy: happiness}\nsubject: 'F'", "range", "labels.yaml", "subject"),
        (
            "labels: {happy: happiness, sad: sadness, neutral: neutral}\nsubject: '^(F[0-9]+)'",
            "missing",
            "iimi/SAD/M02_1.jpg",
            "subject",
        ),
    ],
)
def test_bad_mappings(images: Path, tmp_path: Path, text: str, code: Code, file: str, field: str) -> None:
    with refused(code, file=tmp_path / file, field=field):
        iimi.list_items(images, mapping(tmp_path, text))
