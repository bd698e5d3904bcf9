"""What every lister checks alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from va_extractor.common.errors import InputError
from va_extractor.sources.item import ImageItem

IMAGE_ENDINGS = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
DEFAULT_SPLIT = "test"
"""The split of images whose source has none: what is measured here is there to be asked about, not to be fitted on."""

_SPLIT = re.compile(r"[A-Za-z0-9_]+")


def split_name(text: str, where: str) -> str:
    """Return `text` where it can be a split's file name.

    Raises:
        InputError: it has other characters than letters, digits and underscores; the message begins with `where`.
    """
    if not _SPLIT.fullmatch(text):
        raise InputError(f"{where}: split {text!r} has other characters than letters, digits and _")
    return text


def some_files_exist(items: Sequence[ImageItem], where: str) -> list[ImageItem]:
    """Return the items as a list; single files may be missing, and become rows with the status `unreadable`.

    Raises:
        InputError: there is no item, or not one of their files is there, so that the folder must be a wrong one.
    """
    if not items:
        raise InputError(f"{where}: lists no image")
    if not any(item.path.is_file() for item in items):
        raise InputError(f"{where}: none of the {len(items)} files is there; the first is {items[0].path}")
    return list(items)


def folder(path: Path) -> Path:
    """Return `path` where it is a folder.

    Raises:
        InputError: it is not.
    """
    if not path.is_dir():
        raise InputError(f"{path}: {'is not a folder' if path.exists() else 'no such folder'}")
    return path
