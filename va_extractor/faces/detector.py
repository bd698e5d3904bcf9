"""Find the face: YuNet (Wu, Peng & Yu 2023, Machine Intelligence Research 20, 656-665), or none for crops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from va_extractor.common.errors import InputError
from va_extractor.schema import VaStatus

MIN_SIDE = 10  # pixels; the smallest face YuNet's authors train on, and the smallest crop that is measured
SURE = 0.8  # from this score a face is ok
UNSURE = 0.6  # from this score it is low_confidence; below, no face
_SIDES = (640, 320)  # the longer side is scaled to the first; to the second if no face is sure
_NMS = 0.3

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Face:
    """What the detector found: the face alone, uint8 (height, width, 3), and its score in [0, 1]; None without."""

    status: VaStatus
    rgb: np.ndarray | None = None
    score: float | None = None


Detector = Callable[[np.ndarray, Box | None], Face]
"""Finds one face in an image, uint8 (height, width, 3); the box, in its pixels, contains the face; None: the image."""


def whole_image(rgb: np.ndarray, box: Box | None) -> Face:
    """Return the image or box, for face crops, without a score; `no_face` if it is smaller than 10 pixels."""
    face = crop(rgb, box) if box else rgb
    return Face("ok", face) if min(face.shape[:2]) >= MIN_SIDE else Face("no_face")


class YuNet:
    """`cv2.FaceDetectorYN` on the image scaled so that its longer side is 640 pixels.

    A face that fills its image is larger than those YuNet was trained on. If no face is sure, the image is scaled to
    320 pixels as well, and the result with the higher score counts.

    Raises:
        InputError: the weights cannot be read by OpenCV.
    """

    def __init__(self, weights: Path) -> None:
        cv2.setNumThreads(1)
        _quiet()
        try:
            self._net: Any = cv2.FaceDetectorYN.create(str(weights), "", (_SIDES[0], _SIDES[0]), UNSURE, _NMS)
        except cv2.error as error:
            what = f"OpenCV cannot read these weights: {str(error).strip()}"
            raise InputError(what, code="unreadable", file=weights) from None

    def __call__(self, rgb: np.ndarray, box: Box | None) -> Face:
        """Find the largest sure face, or with a box the face of the highest score inside it."""
        inside = crop(rgb, box) if box else rgb
        if min(inside.shape[:2]) < MIN_SIDE:
            return Face("no_face")
        faces = self._faces(inside, _SIDES[0])
        if _surest(faces) < SURE:
            faces = max(faces, self._faces(inside, _SIDES[1]), key=_surest)
        if not len(faces):
            return Face("no_face")
        if box is None:
            sure = faces[faces[:, 4] >= SURE]
            faces = sure if len(sure) else faces
            best = faces[np.argmax(np.prod(faces[:, 2:4], axis=1))]
        else:
            best = faces[np.argmax(faces[:, 4])]
        left, top, width, height, score = (float(number) for number in best)
        face = crop(inside, (left, top, left + width, top + height))
        if min(face.shape[:2]) < MIN_SIDE:
            return Face("no_face")
        return Face("ok" if score >= SURE else "low_confidence", face, score)

    def _faces(self, rgb: np.ndarray, side: int) -> np.ndarray:
        """Return (faces, 5): left, top, width, height in pixels of `rgb`, and score."""
        height, width = rgb.shape[:2]
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        bgr = cv2.cvtColor(cv2.resize(rgb, size, interpolation=way), cv2.COLOR_RGB2BGR)
        self._net.setInputSize(size)
        found = self._net.detect(bgr)[1]
        if found is None:
            return np.empty((0, 5))
        found = found[np.isfinite(found).all(axis=1)]
        to_pixels = np.array([width / size[0], height / size[1]] * 2)
        return np.column_stack([found[:, :4] * to_pixels, found[:, 14]])


def crop(rgb: np.ndarray, box: Box) -> np.ndarray:
    """Return the part of an image in `box` (left, top, right, bottom, pixels); may be empty."""
    height, width = rgb.shape[:2]
    left, right = (int(np.clip(round(x), 0, width)) for x in (box[0], box[2]))
    top, bottom = (int(np.clip(round(y), 0, height)) for y in (box[1], box[3]))
    return rgb[top:bottom, left:right]


def _surest(faces: np.ndarray) -> float:
    return float(faces[:, 4].max()) if len(faces) else 0.0


def _quiet() -> None:
    """Silence OpenCV 5's warning about its new engine; OpenCV 4 has none."""
    if hasattr(cv2.utils, "logging"):
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
