"""Trained weights: their origin and terms, download, check, and conversion to ONNX. None is part of this package.

The hash is the publisher's: SHA-256 of the file, or git's SHA-1 (of `blob`, a space, the size, a zero byte, the bytes).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from va_extractor.common.errors import InputError
from va_extractor.common.files import whole, writing

if TYPE_CHECKING:
    import requests

Hash = Literal["sha256", "git-sha1"]
State = Literal["ok", "missing", "wrong hash", "not converted"]
Progress = Callable[[int, int | None], None]

_BLOCK = 1 << 16
_TIMEOUT = (10, 60)  # seconds to connect; seconds without a byte


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


def default_folder() -> Path:
    """Return `VAEMO_WEIGHTS`, or else the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`)."""
    if given := os.environ.get("VAEMO_WEIGHTS"):
        return Path(given)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "vaemo-eval" / "weights"


def digest(path: Path, kind: Hash) -> str:
    """Hash a file: SHA-256, or git's SHA-1 over `blob`, a space, the size, a zero byte and the bytes; hexadecimal."""
    if kind == "sha256":
        state = hashlib.sha256()
    else:
        state = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
    return state.hexdigest()


def state(weights: Weights, folder: Path) -> State:
    """Return whether `folder` has the published file, ready for use."""
    path = folder / weights.file
    if not path.is_file():
        return "missing"
    if digest(path, weights.hash_kind) != weights.digest:
        return "wrong hash"
    return "ok" if (folder / weights.usable).is_file() else "not converted"


def find(weights: Weights, folder: Path) -> Path:
    """Return the path of the ONNX model of `weights` in `folder`.

    Raises:
        InputError: it is missing, is not the published file, or is not converted yet; the hint is the command.
    """
    found = state(weights, folder)
    if found != "ok":
        file = weights.usable if found == "not converted" else weights.file
        hint = f"run: vaemo-extract weights get {weights.name} --weights-dir {folder}"
        raise InputError(found, code="changed" if found == "wrong hash" else "missing", file=folder / file, hint=hint)
    return folder / weights.usable


def download(weights: Weights, folder: Path, progress: Progress) -> Path:
    """Download `weights` into `folder`; the part in `<file>.part` of an earlier try is not sent again.

    Args:
        weights: what to download.
        folder: made if it does not exist.
        progress: called with (bytes so far, bytes in all or None) as they arrive.

    Returns:
        The file, its hash checked.

    Raises:
        InputError: the server cannot be reached or refuses, the connection breaks (the part is kept), the folder cannot
            be written, or the hash is wrong (the part is removed).
    """
    import requests

    path = folder / weights.file
    part = path.with_name(path.name + ".part")
    with writing(part):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _fetch(weights.url, part, progress)
        except requests.RequestException as error:
            what = f"the download stopped: {_reason(error)}"
            hint = "run the same command to resume"
            raise InputError(what, code="incomplete", file=weights.url, hint=hint) from None
    found = digest(part, weights.hash_kind)
    if found != weights.digest:
        part.unlink()
        what = f"the {weights.hash_kind} must be {weights.digest}"
        raise InputError(what, code="changed", file=weights.url, found=found)
    part.replace(path)
    return path


def _fetch(url: str, part: Path, progress: Progress) -> None:
    import requests

    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        if have and answer.status_code == requests.codes.requested_range_not_satisfiable:
            return  # complete already; the hash decides
        answer.raise_for_status()
        if answer.status_code != requests.codes.partial_content:
            have = 0  # the server cannot resume: start again
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with part.open("ab" if have else "wb") as file:
            for block in answer.iter_content(_BLOCK):
                file.write(block)
                have += len(block)
                progress(have, total)


def _reason(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"HTTP {error.response.status_code}"
    return type(error).__name__


def convert(weights: Weights, folder: Path) -> Path:
    """Convert `weights.file` to `weights.converted`, both in `folder`, and return its path.

    Raises:
        InputError: the file has a layer that cannot be converted, the extra `[convert]` is missing, or the folder
            cannot be written.
    """
    from va_extractor.convert import keras_to_onnx

    path = folder / weights.usable
    model = keras_to_onnx(folder / weights.file, {"converted_from": f"{weights.hash_kind}:{weights.digest}"})
    with whole(path) as partial:
        partial.write_bytes(model)
    return path
