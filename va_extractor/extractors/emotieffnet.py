"""EmotiEffNet and MobileFaceNet of EmotiEffLib: Savchenko (2023), ICML, PMLR 202, 30119-30129.

Eight emotion scores, then valence and arousal, linear, trained on [-1, 1]: clipped there.
"""

from __future__ import annotations

import numpy as np

from va_extractor.extractors import Extractor
from va_extractor.weights import Weights

_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_IMAGENET_SD = np.array([0.229, 0.224, 0.225], np.float32)

_FOLDER = (
    "https://github.com/sb-ai-lab/EmotiEffLib/raw/f1df0e8548c666d268826e50b7de107fd5553e9d/models/affectnet_emotions"
)
_TERMS = (
    "trained on AffectNet, whose terms allow non-commercial research only: use the weights, and what they measure, for "
    "non-commercial research only"
)


class EmotiEffNetB0(Extractor):
    """EfficientNet-B0: 224 x 224 RGB, normalised as ImageNet."""

    name = "emotieffnet-b0"
    version = "enet_b0_8_va_mtl f1df0e8"
    weights = Weights(
        name="emotieffnet-b0",
        file="enet_b0_8_va_mtl.onnx",
        url=f"{_FOLDER}/onnx/enet_b0_8_va_mtl.onnx",
        hash_kind="git-sha1",
        digest="7ce9d6dd5b82b260bc19bfe7822a6ffa1abb6011",
        licence="Apache-2.0 (EmotiEffLib)",
        terms=_TERMS,
    )
    va_source = "emotieffnet"

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Bilinear to 224 x 224, then (x / 255 - mean) / SD of each colour."""
        return _normalised(face, 224, _IMAGENET_MEAN, _IMAGENET_SD)


class MobileFaceNet(Extractor):
    """MobileFaceNet: 112 x 112 RGB in [-1, 1]."""

    name = "emotieffnet-mbf"
    version = "mbf_va_mtl f1df0e8"
    weights = Weights(
        name="emotieffnet-mbf",
        file="mbf_va_mtl.onnx",
        url=f"{_FOLDER}/onnx/mbf_va_mtl.onnx",
        hash_kind="git-sha1",
        digest="194db927ec135679e5cd0a267c5605e2e9d68e7e",
        licence="Apache-2.0 (EmotiEffLib)",
        terms=_TERMS,
    )
    va_source = "emotieffnet"

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Bilinear to 112 x 112, then (x / 255 - 0.5) / 0.5."""
        half = np.full(3, 0.5, np.float32)
        return _normalised(face, 112, half, half)


def _normalised(face: np.ndarray, side: int, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    import cv2

    small = cv2.resize(face, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((small - mean) / sd).transpose(2, 0, 1))
