"""Reading listed files: what is no plain file is unreadable, and is not waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from va_extractor.faces import reader
from va_extractor.faces.pixels import Picture, Unreadable
from va_extractor.faces.reader import Reader
from va_extractor.sources import ImageItem


def read(path: Path, frame: int | None = None) -> Picture | Unreadable:
    return Reader().read(ImageItem(path, (), "c", "test", frame=frame)).picture


@pytest.mark.parametrize("frame", [None, 0])
def test_pipes_devices_and_folders_are_unreadable_at_once(frame: int | None, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "device.png").symlink_to("/dev/zero")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "device.png", "folder.png"):
        found = read(tmp_path / name, frame)
        assert isinstance(found, Unreadable), name
        assert str(found) == "is no plain file"


def test_a_link_to_an_image_is_read_and_one_above_the_bound_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (4, 3), "red").save(tmp_path / "real.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    found = read(tmp_path / "link.png")
    assert isinstance(found, Picture)
    assert found.rgb.shape == (3, 4, 3)
    size = (tmp_path / "real.png").stat().st_size
    monkeypatch.setattr(reader, "MAX_IMAGE", size - 1)
    assert str(read(tmp_path / "real.png")) == f"larger than {size - 1:,} bytes"
