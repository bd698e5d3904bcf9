"""Reading listed files: what is no plain file is unreadable, and is not waited for."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from va_extractor.faces import reader
from va_extractor.faces.reader import Picture, Reader, Unreadable, decode
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


PHOTO = (np.indices((48, 64)).sum(axis=0)[..., None] * (1, 2, 1)).astype(np.uint8)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF", "PPM"])
def test_formats_without_loss_give_the_pixels_that_went_in(form: str) -> None:
    image = Image.fromarray(PHOTO)
    assert np.array_equal(decode(encoded(image, form)).rgb, PHOTO)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "JPEG2000"])
def test_formats_with_loss_come_close(form: str) -> None:
    assert np.abs(decode(encoded(Image.fromarray(PHOTO), form)).rgb.astype(int) - PHOTO).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(PHOTO)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(encoded(image, "PNG", exif=exif))))
    found = decode(encoded(image, "PNG", exif=exif)).rgb
    assert np.array_equal(found, np.asarray(upright))
    assert found.shape[:2] == ((48, 64) if orientation < 5 else (64, 48))


def test_cmyk_sixteen_bit_alpha_palette_and_grey() -> None:
    red = Image.new("RGB", (20, 20), (255, 0, 0))
    assert (decode(encoded(red.convert("CMYK"), "TIFF")).rgb == (255, 0, 0)).all()
    deep = Image.fromarray(np.full((20, 20), 0x80FF, np.uint16))
    assert (decode(encoded(deep, "PNG")).rgb == 0x80).all()
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert (decode(encoded(clear, "PNG")).rgb == 255).all()
    palette = red.convert("P")
    assert (decode(encoded(palette, "PNG")).rgb == (255, 0, 0)).all()
    assert (decode(encoded(Image.new("L", (20, 20), 77), "PNG")).rgb == 77).all()
    assert (decode(encoded(Image.new("1", (20, 20), 1), "PNG")).rgb == 255).all()
    assert (decode(encoded(Image.new("LA", (20, 20), (10, 255)), "PNG")).rgb == 10).all()


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (20, 20), (shade, shade, shade)) for shade in (200, 20, 90)]
    for form in ("GIF", "WEBP", "TIFF"):
        options = {"lossless": True} if form == "WEBP" else {}
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
        assert (decode(data).rgb == 200).all(), form


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_file_of_100_megapixels_is_decoded_and_a_larger_bomb_is_refused() -> None:
    picture = decode(encoded(Image.new("L", (6_000, 6_000), 128), "JPEG"))
    assert 2560 <= max(picture.rgb.shape) < 6_000
    assert picture.scale == pytest.approx(max(picture.rgb.shape) / 6_000)
    flat = decode(encoded(Image.new("1", (10_000, 10_000)), "PNG"))
    assert flat.rgb.shape == (10_000, 10_000, 3)
    bomb = encoded(Image.new("1", (15_000, 15_000)), "PNG")
    with pytest.raises(Unreadable, match="DecompressionBomb"):
        decode(bomb)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot identify"),
        (encoded(Image.fromarray(PHOTO.astype(np.float32)[..., 0]), "TIFF"), "floating-point"),
    ],
)
def test_what_is_no_image_is_unreadable(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        decode(data)


def test_one_pixel_is_an_image() -> None:
    assert decode(encoded(Image.new("RGB", (1, 1)), "PNG")).rgb.shape == (1, 1, 3)


GOOD: list[bytes] = [
    encoded(Image.fromarray(PHOTO), form) for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "JPEG2000")
] + [
    encoded(Image.fromarray(PHOTO).convert("CMYK"), "JPEG"),
    encoded(Image.fromarray(PHOTO), "JPEG", progressive=True),
    encoded(Image.fromarray(PHOTO).convert("RGBA"), "PNG"),
    encoded(Image.fromarray(PHOTO), "TIFF", compression="tiff_lzw"),
]


def cut(data: bytes, place: int, _: bytes) -> bytes:
    return data[: place % len(data)]


def overwritten(data: bytes, place: int, other: bytes) -> bytes:
    start = place % len(data)
    return data[:start] + other + data[start + len(other) :]


def spliced(data: bytes, place: int, other: bytes) -> bytes:
    start = place % len(data)
    return data[:start] + other + data[start:]


Damage = Callable[[bytes, int, bytes], bytes]


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(GOOD),
    st.sampled_from([cut, overwritten, spliced]),
    st.integers(0, 20_000),
    st.binary(min_size=1, max_size=12),
)
def test_damaged_files_are_pictures_or_unreadable_and_nothing_else(
    data: bytes, damage: Damage, place: int, other: bytes
) -> None:
    try:
        picture = decode(damage(data, place, other))
    except Unreadable as reason:
        assert str(reason)
        return
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.ndim == 3
    assert picture.rgb.shape[2] == 3
    assert 0 < picture.scale <= 1
