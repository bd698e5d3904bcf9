"""A network with random weights in place of trained ones, and pictures to measure."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from va_extractor.convert import Graph
from va_extractor.weights import YUNET, default_folder, state

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "weights"


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network of FaceChannel's input and outputs, drawn from a seed."""
    rng = np.random.default_rng(5)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.15, shape).astype(np.float32)

    graph = Graph()
    graph.image("face", (1, 64, 64))
    arrays = {"kernel": draw(4, 1, 3, 3), "bias": draw(4)}
    graph.add("Conv", "conv", ["face"], arrays, "relu", strides=(2, 2), auto_pad="SAME_UPPER")
    graph.add("MaxPool", "pool", ["conv"], kernel_shape=(4, 4), strides=(4, 4))
    graph.flatten("flat", ["pool"], channels_last=True)
    for name in ("arousal", "valence"):
        graph.dense(name, ["flat"], draw(256, 1), draw(1), "tanh")
    path = tmp_path_factory.mktemp("weights") / "standin.onnx"
    path.write_bytes(graph.serialised(("arousal", "valence"), {"weights": "random"}))
    return path


@pytest.fixture(scope="session")
def yunet() -> Path:
    """YuNet's weights, from the weights folder or from a folder beside the checkout."""
    for folder in (default_folder(), BESIDE):
        if state(YUNET, folder) == "ok":
            return folder / YUNET.usable
    pytest.skip(f"YuNet's weights are neither in {default_folder()} nor in {BESIDE}: vaemo-extract weights get yunet")


@pytest.fixture(scope="session")
def patterns() -> Callable[[int], list[bytes]]:
    """Draws so many different 64 x 64 images as PNG files."""

    def draw(count: int) -> list[bytes]:
        rng = np.random.default_rng(count)
        files = []
        for _ in range(count):
            coarse = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            file = io.BytesIO()
            Image.fromarray(coarse.repeat(8, axis=0).repeat(8, axis=1)).save(file, "PNG")
            files.append(file.getvalue())
        return files

    return draw
