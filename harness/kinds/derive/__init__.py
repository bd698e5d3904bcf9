"""Derivations for `metadata.derive` of a task YAML, one module with one `DERIVATION` each."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from harness.kinds.derive._derivation import Derivation, Made
from va_extractor.common.errors import InputError

__all__ = ["Derivation", "Made", "derivation", "names"]


@cache
def names() -> tuple[str, ...]:
    """Return the names of all derivations, sorted."""
    return tuple(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))


def derivation(name: str) -> Derivation:
    """Return a derivation by its name.

    Raises:
        InputError: there is no such derivation.
    """
    if name not in names():
        hint = f"the derivations are {', '.join(names())}"
        raise InputError("there is no such derivation", code="unknown", field="metadata.derive", found=name, hint=hint)
    found: Derivation = import_module(f"{__name__}.{name}").DERIVATION
    return found
