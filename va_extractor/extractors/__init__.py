"""The networks that measure valence and arousal, by name.

A new one is one file with one class, and one line here (docs/extractors.md).
"""

from __future__ import annotations

from importlib import import_module

from va_extractor.common.errors import InputError, nearest
from va_extractor.extractors.base import Extractor

EXTRACTORS: dict[str, str] = {
    "facechannel": "va_extractor.extractors.facechannel:FaceChannel",
    "emotieffnet-b0": "va_extractor.extractors.emotieffnet:EmotiEffNetB0",
    "emotieffnet-mbf": "va_extractor.extractors.emotieffnet:MobileFaceNet",
}


def extractor(name: str) -> Extractor:
    """Return an extractor by name.

    Raises:
        InputError: there is none of that name; the hint is the nearest one.
    """
    if name not in EXTRACTORS:
        hint = nearest(name, EXTRACTORS)
        raise InputError("no such extractor", code="unknown", field="--extractor", found=name, hint=hint)
    module, cls = EXTRACTORS[name].split(":")
    found: Extractor = getattr(import_module(module), cls)()
    return found


__all__ = ["EXTRACTORS", "Extractor", "extractor"]
