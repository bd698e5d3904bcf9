"""What an extractor is: what a network wants to see, and what its outputs mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np

from va_extractor.common.errors import InputError
from va_extractor.schema import VaSource, to_unit
from va_extractor.weights import Weights


class Extractor(ABC):
    """A network that measures valence and arousal of a face.

    Attributes:
        name: as the command line calls it.
        version: of the network, as its authors call it.
        weights: its trained weights, as published.
        va_source: what stands in the column `va_source`.
        order: what the last two numbers of the network's outputs are.
        scale: (low, high) of those numbers; what lies outside is clipped.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    weights: ClassVar[Weights]
    va_source: ClassVar[VaSource] = "network"
    order: ClassVar[tuple[Literal["valence", "arousal"], Literal["valence", "arousal"]]] = ("valence", "arousal")
    scale: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    @abstractmethod
    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Turn a face into what the network reads.

        Args:
            face: uint8 (height, width, 3), RGB, of any size.

        Returns:
            float32 (channels, height, width), always of one shape.
        """

    def va(self, outputs: list[np.ndarray]) -> np.ndarray:
        """Turn the network's outputs into valence and arousal.

        Args:
            outputs: the network's outputs in order, each (faces, numbers).

        Returns:
            float32 (faces, 2): valence, arousal, in [-1, 1].

        Raises:
            InputError: the outputs are not of that shape, or not finite: the weights are not of this network.
        """
        numbers = np.concatenate(outputs, axis=1) if all(part.ndim == 2 for part in outputs) else np.empty((0, 0))
        if numbers.shape[1] < 2:
            shapes = [part.shape for part in outputs]
            raise InputError(
                f"{self.name}: the network's outputs have shapes {shapes}; are these weights of {self.name}?"
            )
        last = numbers[:, -2:].astype(np.float64)
        if not np.isfinite(last).all():
            raise InputError(f"{self.name}: the network gave a number that is not finite; are the weights damaged?")
        low, high = self.scale
        va = to_unit(np.clip(last, low, high), low, high)
        return (va if self.order == ("valence", "arousal") else va[:, ::-1]).astype(np.float32)
