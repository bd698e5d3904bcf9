"""What each network is shown, and what its numbers become. The last test is the example of docs/extractors.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Literal

import cv2
import numpy as np
import pytest

from tests.refused import refused
from va_extractor.common.errors import Code
from va_extractor.extractors import EXTRACTORS, Extractor, extractor
from va_extractor.extractors.network import Network
from va_extractor.weights import Weights, default_folder, state

FACE = np.random.default_rng(0).integers(0, 256, (80, 60, 3), dtype=np.uint8)


def test_every_registered_extractor_has_weights_and_shows_a_network_one_shape() -> None:
    for name in EXTRACTORS:
        tool = extractor(name)
        assert tool.name == name
        assert tool.weights.usable.endswith(".onnx")
        assert tool.preprocess(FACE).shape == tool.preprocess(FACE[:33, :21]).shape
        assert tool.preprocess(FACE).dtype == np.float32


def test_facechannel_sees_grey_64_by_64_between_0_and_1() -> None:
    blue_and_red = np.zeros((64, 64, 3), np.uint8)
    blue_and_red[:, :32, 2] = 255
    blue_and_red[:, 32:, 0] = 255
    seen = extractor("facechannel").preprocess(blue_and_red)
    assert seen.shape == (1, 64, 64)
    assert seen[0, 0, 0] == pytest.approx(0.114, abs=1 / 255)
    assert seen[0, 0, 63] == pytest.approx(0.299, abs=1 / 255)
    assert extractor("facechannel").preprocess(FACE).max() <= 1


def test_facechannel_answers_with_arousal_first() -> None:
    va = extractor("facechannel").va([np.array([[0.1], [0.2]]), np.array([[-0.3], [-0.4]])])
    assert va == pytest.approx(np.array([[-0.3, 0.1], [-0.4, 0.2]]))


@pytest.mark.parametrize(
    ("name", "side", "mean", "sd"),
    [
        ("emotieffnet-b0", 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ("emotieffnet-mbf", 112, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ],
)
def test_emotieffnet_sees_normalised_rgb(name: str, side: int, mean: tuple[float, ...], sd: tuple[float, ...]) -> None:
    plain = np.full((50, 70, 3), (255, 128, 0), np.uint8)
    seen = extractor(name).preprocess(plain)
    assert seen.shape == (3, side, side)
    expected = [(value / 255 - m) / s for value, m, s in zip((255, 128, 0), mean, sd, strict=True)]
    assert seen[:, 3, 5] == pytest.approx(expected, abs=1e-5)


def test_emotieffnet_answers_with_the_last_two_of_ten_clipped() -> None:
    outputs = np.zeros((2, 10), np.float32)
    outputs[:, 8:] = [[0.4, -0.2], [1.7, -3.0]]
    va = extractor("emotieffnet-b0").va([outputs])
    assert va == pytest.approx(np.array([[0.4, -0.2], [1.0, -1.0]]))


def test_an_unknown_name_suggests_the_nearest() -> None:
    with refused("unknown", found="facechanel", hint="the nearest is 'facechannel'"):
        extractor("facechanel")


@pytest.mark.parametrize(
    ("outputs", "code"),
    [([np.zeros((4, 1))], "conflict"), ([np.zeros((4, 2, 2))], "conflict"), ([np.full((4, 2), np.nan)], "model")],
)
def test_outputs_of_another_network_are_refused(outputs: list[np.ndarray], code: Code) -> None:
    with refused(code, field="facechannel"):
        extractor("facechannel").va(outputs)


class NineToOne(Extractor):
    """An example: answers with arousal before valence on a scale of 1 to 9, and sees 32 x 32 grey."""

    name = "nine"
    version = "1"
    weights = Weights("nine", "nine.onnx", "https://example.org/nine.onnx", "sha256", "0" * 64, "CC0")
    order: ClassVar[tuple[Literal["valence", "arousal"], Literal["valence", "arousal"]]] = ("arousal", "valence")
    scale = (1.0, 9.0)

    def preprocess(self, face: np.ndarray) -> np.ndarray:
        """Grey, 32 x 32."""
        grey: np.ndarray = cv2.resize(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), (32, 32))
        return grey[None].astype(np.float32)


def test_an_extractor_of_ones_own() -> None:
    tool = NineToOne()
    assert tool.preprocess(FACE).shape == (1, 32, 32)
    va = tool.va([np.array([[9.0, 1.0], [5.0, 7.0], [12.0, 5.0]])])
    assert va.tolist() == [[-1.0, 1.0], [0.5, 0.0], [0.0, 1.0]]
    assert tool.va_source == "network"


@pytest.mark.needs_weights
@pytest.mark.parametrize("name", list(EXTRACTORS))
def test_trained_weights_give_plausible_values(name: str) -> None:
    tool = extractor(name)
    weights, folder = tool.weights, default_folder()
    if state(weights, folder) != "ok":
        pytest.skip(f"{weights.name} not in {folder} (set VAEMO_WEIGHTS; now {os.environ.get('VAEMO_WEIGHTS')})")
    va = tool.va(Network(Path(folder / weights.usable), "cpu")(np.stack([tool.preprocess(FACE)] * 2)))
    assert va.shape == (2, 2)
    assert np.abs(va).max() <= 1
