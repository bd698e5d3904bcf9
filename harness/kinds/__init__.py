"""Kinds of question, one file each: a module that holds a `KIND` is found by its name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from harness.kinds.base import Answered, Baseline, Centroids, Kind
from va_extractor.common.errors import InputError

__all__ = ["Answered", "Baseline", "Centroids", "Kind", "all_kinds", "get", "names"]


@cache
def _by_name() -> dict[str, Kind]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {module.KIND.name: module.KIND for module in modules if hasattr(module, "KIND")}


def names() -> tuple[str, ...]:
    """Return the names of all kinds, sorted."""
    return tuple(_by_name())


def all_kinds() -> tuple[Kind, ...]:
    """Return all kinds, sorted by name."""
    return tuple(_by_name().values())


def get(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        InputError: there is no such kind.
    """
    if name not in _by_name():
        hint = f"the kinds are {', '.join(names())}"
        raise InputError("there is no such kind of question", code="unknown", field="kind", found=name, hint=hint)
    return _by_name()[name]
