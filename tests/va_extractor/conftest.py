"""A network with random weights in place of trained ones, and pictures to measure."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from va_extractor.convert import layers as kinds
from va_extractor.convert import to_onnx
from va_extractor.weights import YUNET, default_folder, state

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "weights"


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network of FaceChannel's input and outputs, drawn from a seed."""
    rng = np.random.default_rng(5)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.15, shape).astype(np.float32)

    model = kinds.Model(
        (
            kinds.Input("face", (), (1, 64, 64)),
            kinds.Conv("conv", ("face",), draw(3, 3, 1, 4), draw(4), (2, 2), True, "relu"),
            kinds.MaxPool("pool", ("conv",), (4, 4), (4, 4), False),
            kinds.Flatten("flat", ("pool",), True),
            kinds.Dense("arousal", ("flat",), draw(256, 1), draw(1), "tanh"),
            kinds.Dense("valence", ("flat",), draw(256, 1), draw(1), "tanh"),
        ),
        ("arousal", "valence"),
    )
    path = tmp_path_factory.mktemp("weights") / "standin.onnx"
    path.write_bytes(to_onnx(model, {"weights": "random"}))
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
