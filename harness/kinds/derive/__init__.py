"""Questions derived from a source's rows: what `metadata.derive` of a task YAML may name, one module each.

A module holds one `DERIVATION`; nothing else needs to know of it but `Name`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Literal, get_args

from harness.kinds.derive._derivation import Derivation, Derived, Made

__all__ = ["NAMES", "Derivation", "Derived", "Made", "Name", "derivation"]

Name = Literal["compare", "conflict", "judge", "published", "quadrant", "trajectory", "word"]
NAMES: tuple[str, ...] = get_args(Name)


def derivation(name: str) -> Derivation:
    """Return the derivation of one of `NAMES`."""
    if name not in NAMES:
        raise ValueError(f"no derivation {name!r}")
    found: Derivation = import_module(f"harness.kinds.derive.{name}").DERIVATION
    return found
