"""A folder per label."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.common.errors import Code
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
    ("names", "code", "file"),
    [
        ([], "missing", ""),
        (["happy/a.txt"], "missing", ""),
        (["a.jpg"], "type", "a.jpg"),
        (["x/y/z/a.jpg"], "type", "x/y/z/a.jpg"),
        (["happy/a.jpg", "train/happy/b.jpg"], "conflict", ""),
        (["my split/happy/a.jpg"], "type", "my split/happy/a.jpg"),
    ],
)
def test_other_layouts_are_refused(tmp_path: Path, names: list[str], code: Code, file: str) -> None:
    with refused(code, file=tmp_path / file):
        folder.list_items(touch(tmp_path, *names))


def test_missing_folder(tmp_path: Path) -> None:
    with refused("missing", file=tmp_path / "absent"):
        folder.list_items(tmp_path / "absent")
