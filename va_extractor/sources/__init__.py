"""Sources of images: each module lists the faces to measure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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
