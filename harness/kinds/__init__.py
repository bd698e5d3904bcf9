"""Kinds of question that one module brings whole: how an answer is read, scored and given by a baseline.

A module is named as its kind and holds one `FORM`. The first five kinds have none: their parts lie in `docs`,
`reading`, `outcomes`, `baselines` and `samples`, which ask `form` first.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from harness.record.kinds import Kind

if TYPE_CHECKING:
    from harness.kinds.base import Form

__all__ = ["form"]

_MODULES = frozenset({Kind.CONFIDENCE, Kind.CONFLICT, Kind.DISTRIBUTION, Kind.COORDINATES, Kind.WORDS, Kind.CHANGE})


@cache
def form(kind: Kind) -> Form | None:
    """Return the form that a kind's own module brings; None where it has no module."""
    if kind not in _MODULES:
        return None
    found: Form = import_module(f"harness.kinds.{kind.value}").FORM
    return found
