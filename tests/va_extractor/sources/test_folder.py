"""A folder per label."""

from __future__ import annotations

from pathlib import Path

import pytest

from va_extractor.common.errors import InputError
from va_extractor.sources import folder


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def test_label_folders_are_the_test_split(tmp_path: Path) -> None:
    root = touch(
        tmp_path, "sad/2.PNG", "happy/b.jpg", "happy/a.jpg", "happy/.hidden.jpg", "happy/notes.txt", "Thumbs.db"
    )
    items = folder.list_items(root)
    assert [(item.labels, item.path.name, item.split, item.cluster) for item in items] == [
        (("happy",), "a.jpg", "test", "happy/a.jpg"),
        (("happy",), "b.jpg", "test", "happy/b.jpg"),
        (("sad",), "2.PNG", "test", "sad/2.PNG"),
    ]
    assert all((item.box, item.frame, item.reference_kind) == (None, None, None) for item in items)


def test_split_folders(tmp_path: Path) -> None:
    items = folder.list_items(touch(tmp_path, "train/happy/a.jpg", "test/happy/b.jpg"))
    assert [(item.split, item.labels) for item in items] == [("test", ("happy",)), ("train", ("happy",))]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "no image below it"),
        (["happy/a.txt"], "no image below it"),
        (["a.jpg"], r"a.jpg: an image lies in a folder named by its label"),
        (["x/y/z/a.jpg"], r"a.jpg: an image lies in a folder named by its label"),
        (["happy/a.jpg", "train/happy/b.jpg"], r"a.jpg lies in LABEL/, .*b.jpg in SPLIT/LABEL/"),
        (["my split/happy/a.jpg"], "split 'my split' has other characters"),
    ],
)
def test_other_layouts_are_refused(tmp_path: Path, names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        folder.list_items(touch(tmp_path, *names))


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent: no such folder"):
        folder.list_items(tmp_path / "absent")
