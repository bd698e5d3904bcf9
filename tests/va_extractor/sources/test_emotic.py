"""EMOTIC's images, one item a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.sources import emotic

CSV = """\
Index,Folder,Filename,Image Size,BBox,Categorical_Labels,Continuous_Labels,Gender,Age
0,mscoco/images,a.jpg,"[64, 48]","[1, 2, 30, 40]","['Fear', 'Anger']","[1.0, 10.0, 5.5]",Male,Adult
1,mscoco/images,a.jpg,"[64, 48]","[5, 6, 7, 8]",[],[],Male,Adult
"""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    (tmp_path / "emotic" / "mscoco" / "images").mkdir(parents=True)
    (tmp_path / "emotic" / "mscoco" / "images" / "a.jpg").write_bytes(b"")
    (tmp_path / "test.csv").write_text(CSV, encoding="utf-8")
    return tmp_path / "emotic"


def test_every_person_is_an_item_with_a_box(images: Path, tmp_path: Path) -> None:
    fearful, unlabelled = emotic.list_items(tmp_path / "test.csv", images)
    assert fearful.path == images / "mscoco" / "images" / "a.jpg"
    assert (fearful.labels, fearful.box, fearful.split) == (("Anger", "Fear"), (1, 2, 30, 40), "test")
    assert fearful.reference_kind == "category_wording"
    assert fearful.references[0].startswith("The person is angry")
    assert fearful.cluster == unlabelled.cluster
    assert (unlabelled.labels, unlabelled.references, unlabelled.reference_kind) == ((), (), None)


def test_a_wrong_image_folder_is_refused(images: Path, tmp_path: Path) -> None:
    with refused("missing", file=tmp_path / "test.csv"):
        emotic.list_items(tmp_path / "test.csv", images / "mscoco")
    with refused("missing", file=images / "absent"):
        emotic.list_items(tmp_path / "test.csv", images / "absent")
