"""Checks that several sources need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from va_extractor.common.errors import InputError
from va_extractor.sources import ImageItem

IMAGE_ENDINGS = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
DEFAULT_SPLIT = "test"
"""The split of images whose source has none: prompts are made of `test`, predictors are fitted on `train`."""


def some_files_exist(items: Sequence[ImageItem], file: Path) -> list[ImageItem]:
    """Return the items as a list; a single missing file becomes a row with the status `unreadable`.

    Args:
        items: what was listed.
        file: what lists them, for errors.

    Raises:
        InputError: there is no item, or all files are missing: the folder is wrong.
    """
    if not items:
        raise InputError("lists no image", code="missing", file=file)
    if not any(item.path.is_file() for item in items):
        raise InputError(f"all {len(items)} files are missing", code="missing", file=file, found=items[0].path)
    return list(items)


def folder(path: Path) -> Path:
    """Return `path` if it is a folder.

    Raises:
        InputError: it is not.
    """
    if not path.is_dir():
        raise InputError("is not a folder" if path.exists() else "no such folder", code="missing", file=path)
    return path
