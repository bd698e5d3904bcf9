"""FaceChannel, dimensional: the network of Barros, Churamani & Sciutti (2020), SN Computer Science 1, 321."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from va_extractor.extractors.base import Extractor


class FaceChannel(Extractor):
    """64 x 64 grey in [0, 1]; two tanh heads, arousal first (the author's `DIM_CLASS_ORDER`)."""

    name = "facechannel"
    version = "dimensional c676aa2"
    weights = "facechannel"
    va_source = "facechannel"
    order: ClassVar = ("arousal", "valence")

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Grey (0.299 R + 0.587 G + 0.114 B), then bilinear to 64 x 64, in that order, as the author's program does."""
        grey: np.ndarray = cv2.resize(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), (64, 64), interpolation=cv2.INTER_LINEAR)
        scaled: np.ndarray = np.divide(grey, 255, dtype=np.float32)
        return scaled[None]
