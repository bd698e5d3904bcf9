"""The networks that measure valence and arousal, by name.

To add one: one file with one class, and one line here (docs/extractors.md).
"""

from __future__ import annotations

import difflib
from importlib import import_module

from va_extractor.common.errors import InputError
from va_extractor.extractors.base import Extractor

EXTRACTORS: dict[str, str] = {
    "facechannel": "va_extractor.extractors.facechannel:FaceChannel",
    "emotieffnet-b0": "va_extractor.extractors.emotieffnet:EmotiEffNetB0",
    "emotieffnet-mbf": "va_extractor.extractors.emotieffnet:MobileFaceNet",
}


def extractor(name: str) -> Extractor:
    """Look up an extractor by name.

    Raises:
        InputError: there is none of that name; the nearest name is suggested.
    """
    if name not in EXTRACTORS:
        near = difflib.get_close_matches(name, EXTRACTORS, n=1)
        mend = f"did you mean {near[0]}?" if near else f"known are {', '.join(EXTRACTORS)}"
        raise InputError(f"--extractor: no extractor is called '{name}'; {mend}")
    module, cls = EXTRACTORS[name].split(":")
    found: Extractor = getattr(import_module(module), cls)()
    return found


__all__ = ["EXTRACTORS", "Extractor", "extractor"]
