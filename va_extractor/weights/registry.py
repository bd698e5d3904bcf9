"""The weights this package can use. None of them is part of it; each comes from its author.

Two hashes occur, as the publishers offer them: SHA-256 of the file, and the SHA-1 that git gives the file
(over `blob`, a space, the size, a zero byte, and the bytes).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

from va_extractor.errors import InputError

Hash = Literal["sha256", "git-sha1"]

_AFFECTNET = (
    "trained on AffectNet, whose terms allow non-commercial research only: take the weights, and what they measure, "
    "as non-commercial"
)


@dataclass(frozen=True)
class Weights:
    """One published file.

    Attributes:
        name: how the command line calls it.
        file: its file name in the weights folder.
        url: where its author keeps it, at a fixed revision where the publisher has one.
        hash_kind: which hash `digest` is.
        digest: hexadecimal, lower case.
        licence: what its author says.
        terms: what the user must agree to before the download; empty where the licence asks for nothing.
        converted: file name of the ONNX model we make of it; None where the file is ONNX itself.
    """

    name: str
    file: str
    url: str
    hash_kind: Hash
    digest: str
    licence: str
    terms: str = ""
    converted: str | None = None

    @property
    def usable(self) -> str:
        """File name of the ONNX model: the file itself or what it is converted to."""
        return self.converted or self.file


_EMOTIEFFLIB = "https://github.com/sb-ai-lab/EmotiEffLib/raw/f1df0e8548c666d268826e50b7de107fd5553e9d/models/affectnet_emotions/onnx/"

_ALL = (
    Weights(
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
    ),
    Weights(
        name="emotieffnet-b0",
        file="enet_b0_8_va_mtl.onnx",
        url=_EMOTIEFFLIB + "enet_b0_8_va_mtl.onnx",
        hash_kind="git-sha1",
        digest="7ce9d6dd5b82b260bc19bfe7822a6ffa1abb6011",
        licence="Apache-2.0 (EmotiEffLib)",
        terms=_AFFECTNET,
    ),
    Weights(
        name="emotieffnet-mbf",
        file="mbf_va_mtl.onnx",
        url=_EMOTIEFFLIB + "mbf_va_mtl.onnx",
        hash_kind="git-sha1",
        digest="194db927ec135679e5cd0a267c5605e2e9d68e7e",
        licence="Apache-2.0 (EmotiEffLib)",
        terms=_AFFECTNET,
    ),
    Weights(
        name="yunet",
        file="face_detection_yunet_2023mar.onnx",
        url="https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
        hash_kind="sha256",
        digest="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        licence="MIT (opencv_zoo)",
    ),
)

WEIGHTS: dict[str, Weights] = {weights.name: weights for weights in _ALL}


def named(name: str) -> Weights:
    """Look up weights by name.

    Raises:
        InputError: there are none of that name; the nearest name is suggested.
    """
    if name not in WEIGHTS:
        near = difflib.get_close_matches(name, WEIGHTS, n=1)
        mend = f"did you mean {near[0]}?" if near else f"known are {', '.join(WEIGHTS)}"
        raise InputError(f"no weights are called '{name}'; {mend}")
    return WEIGHTS[name]
