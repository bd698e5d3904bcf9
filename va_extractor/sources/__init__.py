"""Sources of images: each module lists the faces to measure; here is what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from va_extractor.common.errors import InputError


@dataclass(frozen=True)
class ImageItem:
    """One face (or frame) to measure, as a source lists it.

    Attributes:
        path: image file, or video file where `frame` is given.
        labels: category labels; empty where the source has none.
        cluster: the same for items that are not independent; hashed with the salt before it is written.
        split: name of the split.
        box: (left, top, right, bottom) in pixels that contains the face; None for the whole image.
        frame: index of the video frame; None for an image.
        label_weights: votes / most votes, one a label; None where there was one annotator.
        annotator_labels: each annotator's own labels; None where there was one, or they are unknown.
        references: texts that describe the item.
        reference_kind: `human`, `category_wording` or `synthetic`; None where there are no references.
    """

    path: Path
    labels: tuple[str, ...]
    cluster: str
    split: str
    box: tuple[float, float, float, float] | None = None
    frame: int | None = None
    label_weights: tuple[float, ...] | None = None
    annotator_labels: tuple[tuple[str, ...], ...] | None = None
    references: tuple[str, ...] = ()
    reference_kind: str | None = None


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


def need_folder(path: Path) -> Path:
    """Return `path` if it is a folder.

    Raises:
        InputError: it is not.
    """
    if not path.is_dir():
        raise InputError("is not a folder" if path.exists() else "no such folder", code="missing", file=path)
    return path
