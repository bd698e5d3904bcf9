"""Download a file: resumed after an interruption, and checked before it gets its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import requests

from va_extractor.common.errors import InputError
from va_extractor.common.files import writing
from va_extractor.weights.published import Weights
from va_extractor.weights.store import digest

_BLOCK = 1 << 16
_TIMEOUT = (10, 60)  # seconds to connect; seconds without a byte

Progress = Callable[[int, int | None], None]


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
