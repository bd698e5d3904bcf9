"""FaceChannel, dimensional: the network of Barros, Churamani & Sciutti (2020), SN Computer Science 1, 321."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from va_extractor.extractors import Extractor
from va_extractor.weights import Weights


class FaceChannel(Extractor):
    """64 x 64 grey in [0, 1]; two tanh heads, arousal first (the author's `DIM_CLASS_ORDER`)."""

    name = "facechannel"
    version = "dimensional c676aa2"
    weights = Weights(
        name="facechannel",
        file="DimensionalFaceChannel.h5",
        url="https://github.com/pablovin/FaceChannel/raw/c676aa23ba22cc6be70c582b23b13600112a7938/"
        "TrainedNetworks/DimensionalFaceChannel.h5",
        hash_kind="git-sha1",
        digest="952d8bc8a22d553e56ec15f6361053ebd113223c",
        licence="contradictory: LGPL-3 (licence file), MIT (package), non-commercial research only (README)",
        terms="the author's statements contradict each other; the narrowest reads: non-commercial research only, not "
        "to be passed on to third parties. The converted ONNX file falls under the same terms: keep both to yourself",
        converted="DimensionalFaceChannel.onnx",
    )
    va_source = "facechannel"
    order: ClassVar = ("arousal", "valence")

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Grey (0.299 R + 0.587 G + 0.114 B), then bilinear to 64 x 64, in that order, as the author's program does."""
        import cv2

        grey: np.ndarray = cv2.resize(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), (64, 64), interpolation=cv2.INTER_LINEAR)
        scaled: np.ndarray = np.divide(grey, 255, dtype=np.float32)
        return scaled[None]
