"""The layers that can be converted: one dataclass a kind of layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Layer:
    """A layer's name and the names of the layers it reads."""

    name: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Input(Layer):
    """The network's input: one image of (channels, height, width)."""

    shape: tuple[int, int, int]


@dataclass(frozen=True)
class Conv(Layer):
    """Two-dimensional convolution; kernel of (height, width, channels in, channels out)."""

    kernel: np.ndarray
    bias: np.ndarray
    strides: tuple[int, int]
    same: bool
    activation: str


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalisation by stored moments: gamma * (x - mean) / sqrt(variance + epsilon) + beta, each of (channels,)."""

    gamma: np.ndarray
    beta: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    epsilon: float


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each value: `linear`, `relu`, `sigmoid` or `tanh`."""

    function: str


@dataclass(frozen=True)
class MaxPool(Layer):
    """Maximum over windows."""

    size: tuple[int, int]
    strides: tuple[int, int]
    same: bool


@dataclass(frozen=True)
class Identity(Layer):
    """Dropout, which does nothing when a network is used."""


@dataclass(frozen=True)
class ShuntingInhibition(Layer):
    """First input / (decay + second input)."""

    decay: float


@dataclass(frozen=True)
class Flatten(Layer):
    """To one row of numbers, in the order (height, width, channels) or (channels, height, width)."""

    channels_last: bool


@dataclass(frozen=True)
class Dense(Layer):
    """Fully connected; kernel of (numbers in, units)."""

    kernel: np.ndarray
    bias: np.ndarray
    activation: str


@dataclass(frozen=True)
class Model:
    """A network: its layers, each after those it reads, and the names of its output layers, in order."""

    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]
