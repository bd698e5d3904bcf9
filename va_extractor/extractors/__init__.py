"""The networks that measure valence and arousal, by name.

A new one is one file with one class, and one line here (docs/extractors.md).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from importlib import import_module
from typing import ClassVar, Literal

import numpy as np

from va_extractor.common.errors import InputError, nearest
from va_extractor.schema import VaSource, to_unit
from va_extractor.weights import YUNET, Weights

EXTRACTORS: dict[str, str] = {
    "facechannel": "va_extractor.extractors.facechannel:FaceChannel",
    "emotieffnet-b0": "va_extractor.extractors.emotieffnet:EmotiEffNetB0",
    "emotieffnet-mbf": "va_extractor.extractors.emotieffnet:MobileFaceNet",
}


def extractor(name: str) -> Extractor:
    """Return an extractor by name.

    Raises:
        InputError: there is none of that name; the hint is the nearest one.
    """
    if name not in EXTRACTORS:
        hint = nearest(name, EXTRACTORS)
        raise InputError("no such extractor", code="unknown", field="--extractor", found=name, hint=hint)
    module, cls = EXTRACTORS[name].split(":")
    found: Extractor = getattr(import_module(module), cls)()
    return found


class Extractor(ABC):
    """A network that measures valence and arousal of a face.

    Attributes:
        name: name on the command line.
        version: of the network, as its authors call it.
        weights: its trained weights, as published.
        va_source: value of the column `va_source`.
        order: meaning of the last two numbers of the network's outputs.
        scale: (low, high) of those numbers; values outside are clipped.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    weights: ClassVar[Weights]
    va_source: ClassVar[VaSource] = "network"
    order: ClassVar[tuple[Literal["valence", "arousal"], Literal["valence", "arousal"]]] = ("valence", "arousal")
    scale: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    @abstractmethod
    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Turn a face into the network's input.

        Args:
            face: uint8 (height, width, 3), RGB, of any size.

        Returns:
            float32 (channels, height, width), the same shape for every face.
        """

    def va(self, outputs: list[np.ndarray]) -> np.ndarray:
        """Turn the network's outputs into valence and arousal.

        Args:
            outputs: the network's outputs in order, each (faces, numbers).

        Returns:
            float32 (faces, 2): valence, arousal, in [-1, 1].

        Raises:
            InputError: the outputs do not have that shape or are not finite.
        """
        numbers = np.concatenate(outputs, axis=1) if all(part.ndim == 2 for part in outputs) else np.empty((0, 0))
        if numbers.shape[1] < 2:
            shapes = [part.shape for part in outputs]
            hint = f"give weights of {self.name}"
            raise InputError("wrong shapes of outputs", code="conflict", field=self.name, found=shapes, hint=hint)
        last = numbers[:, -2:].astype(np.float64)
        if not np.isfinite(last).all():
            raise InputError("the network returned a number that is not finite", code="model", field=self.name)
        low, high = self.scale
        va = to_unit(np.clip(last, low, high), low, high)
        return (va if self.order == ("valence", "arousal") else va[:, ::-1]).astype(np.float32)


@cache
def known() -> dict[str, Weights]:
    """Return all weights by name."""
    of_extractors = [extractor(name).weights for name in EXTRACTORS]
    return {weights.name: weights for weights in (*of_extractors, YUNET)}


def named(name: str) -> Weights:
    """Return weights by name.

    Raises:
        InputError: there are none of that name; the hint is the nearest one.
    """
    if name not in known():
        raise InputError("no such weights", code="unknown", found=name, hint=nearest(name, known()))
    return known()[name]
