"""Read listed items: each file once if its items follow each other, hashed, and decoded to upright 8-bit RGB."""

from __future__ import annotations

import errno
import hashlib
import io
import math
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from va_extractor.common.files import open_plain
from va_extractor.sources import ImageItem

MAX_IMAGE = 1_500_000_000
"""Bytes; 178 megapixels, Pillow's limit, are 1.43 GB uncompressed with four channels of 16 bits."""


@dataclass(frozen=True)
class Read:
    """SHA-256 of a file's bytes (of no bytes without a file), and its pixels or why there are none."""

    digest: str
    picture: Picture | Unreadable


class Reader:
    """Reads items one after another; keeps the last file, since several items may be in it."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._digest = ""
        self._picture: Callable[[int | None], Picture | Unreadable]

    def read(self, item: ImageItem) -> Read:
        """Return the item's image or frame of the video; an unreadable file is a value, not an error."""
        if item.path != self._path:
            self._open(item.path, video=item.frame is not None)
        return Read(self._digest, self._picture(item.frame))

    def _open(self, path: Path, *, video: bool) -> None:
        self._path = None
        try:
            if video:
                with open_plain(path) as file:
                    self._digest = hashlib.file_digest(file, "sha256").hexdigest()
                self._picture = _Video(path)
            else:
                with open_plain(path) as file:
                    if os.fstat(file.fileno()).st_size > MAX_IMAGE:
                        raise OSError(errno.EFBIG, f"larger than {MAX_IMAGE:,} bytes")
                    data = file.read()
                self._digest = hashlib.sha256(data).hexdigest()
                self._picture = _once(data)
        except OSError as error:
            self._digest = hashlib.sha256().hexdigest()
            reason = Unreadable(error.strerror or str(error))
            self._picture = lambda _: reason
        self._path = path


def _once(data: bytes) -> Callable[[int | None], Picture | Unreadable]:
    try:
        found: Picture | Unreadable = decode(data)
    except Unreadable as reason:
        found = reason
    return lambda _: found


class _Video:
    """Frames by their index, counted by decoding, since seeking is not exact in every format."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._capture: Any = cv2.VideoCapture(str(path))
        self._next = 0

    def __call__(self, index: int | None) -> Picture | Unreadable:
        wanted = index or 0
        if wanted < self._next:
            self._capture, self._next = cv2.VideoCapture(str(self._path)), 0
        while self._next < wanted and self._capture.grab():
            self._next += 1
        found, bgr = self._capture.read() if self._next == wanted else (False, None)
        if not found:
            return Unreadable(f"the video has no frame {wanted} that can be decoded")
        self._next += 1
        rgb: np.ndarray = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        return Picture(rgb, 1.0)


FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000")
_ENOUGH = 2560  # pixels; a larger JPEG is decoded smaller, its longer side not below this

Image.init()  # otherwise Pillow knows only some of FORMATS at first
warnings.filterwarnings("ignore", module=r"PIL\.")  # about damage and size: the row's status says so


class Unreadable(Exception):  # noqa: N818 - also kept as a value
    """A file is not an image that can be decoded; the message says why."""


@dataclass(frozen=True)
class Picture:
    """A decoded image.

    Attributes:
        rgb: uint8 (height, width, 3), upright by its EXIF orientation.
        scale: pixels of `rgb` a pixel of the file; below 1 if a large JPEG was decoded smaller.
    """

    rgb: np.ndarray
    scale: float


def decode(data: bytes) -> Picture:
    """Decode an image file: the first frame of an animation, alpha laid on white, 16-bit values to 8 bits.

    Raises:
        Unreadable: empty, truncated, damaged, above Pillow's limit of 178 megapixels, or of an unknown format or number
            type.
    """
    if not data:
        raise Unreadable("the file is empty")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            enough = min(1.0, _ENOUGH / max(width, height))
            image.draft(None, (math.ceil(width * enough), math.ceil(height * enough)))
            scale = max(image.size) / max(width, height)
            rgb = np.asarray(_rgb(ImageOps.exif_transpose(image)))
    except Unreadable:
        raise
    except Exception as error:  # decoders raise nearly anything for damaged bytes
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    return Picture(rgb, scale)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise Unreadable("floating-point values of unknown range")
    if image.mode == "I" or image.mode.startswith("I;16"):
        values = np.clip(np.asarray(image, dtype=np.int64), 0, 65535)
        return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return image.convert("RGB")
