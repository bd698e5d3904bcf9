"""What is known of a file of trained weights that its author publishes. None of them is part of this package.

Two hashes occur, as the publishers offer them: SHA-256 of the file, and the SHA-1 that git gives the file
(over `blob`, a space, the size, a zero byte, and the bytes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Hash = Literal["sha256", "git-sha1"]


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


YUNET = Weights(
    name="yunet",
    file="face_detection_yunet_2023mar.onnx",
    url="https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
    hash_kind="sha256",
    digest="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    licence="MIT (opencv_zoo)",
)
