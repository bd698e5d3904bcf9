"""EmotiEffNet and MobileFaceNet of EmotiEffLib: Savchenko (2023), ICML, PMLR 202, 30119-30129.

Eight emotion scores, then valence and arousal, linear, trained on [-1, 1]: clipped there.
"""

from __future__ import annotations

import cv2
import numpy as np

from va_extractor.extractors.base import Extractor

_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_IMAGENET_SD = np.array([0.229, 0.224, 0.225], np.float32)


class EmotiEffNetB0(Extractor):
    """EfficientNet-B0: 224 x 224 RGB, normalised as ImageNet."""

    name = "emotieffnet-b0"
    version = "enet_b0_8_va_mtl f1df0e8"
    weights = "emotieffnet-b0"
    va_source = "emotieffnet"

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Bilinear to 224 x 224, then (x / 255 - mean) / SD of each colour."""
        return _normalised(face, 224, _IMAGENET_MEAN, _IMAGENET_SD)


class MobileFaceNet(Extractor):
    """MobileFaceNet: 112 x 112 RGB in [-1, 1]."""

    name = "emotieffnet-mbf"
    version = "mbf_va_mtl f1df0e8"
    weights = "emotieffnet-mbf"
    va_source = "emotieffnet"

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Bilinear to 112 x 112, then (x / 255 - 0.5) / 0.5."""
        half = np.full(3, 0.5, np.float32)
        return _normalised(face, 112, half, half)


def _normalised(face: np.ndarray, side: int, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    small = cv2.resize(face, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((small - mean) / sd).transpose(2, 0, 1))
