"""All weights by name: those of each extractor, and of the face detector."""

from __future__ import annotations

import difflib
from functools import cache

from va_extractor.common.errors import InputError
from va_extractor.extractors import EXTRACTORS, extractor
from va_extractor.weights.published import YUNET, Weights


@cache
def known() -> dict[str, Weights]:
    """Return all weights by name."""
    of_extractors = [extractor(name).weights for name in EXTRACTORS]
    return {weights.name: weights for weights in (*of_extractors, YUNET)}


def named(name: str) -> Weights:
    """Look up weights by name.

    Raises:
        InputError: there are none of that name; the nearest name is suggested.
    """
    if name not in known():
        near = difflib.get_close_matches(name, known(), n=1)
        mend = f"did you mean {near[0]}?" if near else f"known are {', '.join(known())}"
        raise InputError(f"no weights are called '{name}'; {mend}")
    return known()[name]
