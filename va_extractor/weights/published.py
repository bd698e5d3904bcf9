"""A published file of trained weights. None is part of this package.

The hash is the publisher's: SHA-256 of the file, or git's SHA-1 (of `blob`, a space, the size, a zero byte, the bytes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Hash = Literal["sha256", "git-sha1"]


@dataclass(frozen=True)
class Weights:
    """One published file.

    Attributes:
        name: name on the command line.
        file: file name in the weights folder.
        url: its author's address, at a fixed revision if the publisher has one.
        hash_kind: kind of `digest`.
        digest: hexadecimal, lower case.
        licence: as its author states it.
        terms: what the user must agree to before the download; may be empty.
        converted: file name of the ONNX model converted from it; None if the file is ONNX.
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
        """File name of the ONNX model."""
        return self.converted or self.file


YUNET = Weights(
    name="yunet",
    file="face_detection_yunet_2023mar.onnx",
    url="https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
    hash_kind="sha256",
    digest="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    licence="MIT (opencv_zoo)",
)
