"""Decode an image file to upright 8-bit RGB, or raise `Unreadable`."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

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
