"""All weights by name: those of each extractor, and of the face detector."""

from __future__ import annotations

from functools import cache

from va_extractor.common.errors import InputError, nearest
from va_extractor.extractors import EXTRACTORS, extractor
from va_extractor.weights import YUNET, Weights


@cache
def known() -> dict[str, Weights]:
    """Return all weights by name."""
    of_extractors = [extractor(name).weights for name in EXTRACTORS]
    return {weights.name: weights for weights in (*of_extractors, YUNET)}


def named(name: str) -> Weights:
    """Return weights by name.

    Raises:
        InputError: there are none of that name; the hint is the nearest one.
    """
    if name not in known():
        raise InputError("no such weights", code="unknown", found=name, hint=nearest(name, known()))
    return known()[name]
