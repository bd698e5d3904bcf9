"""Import what only an extra of the package installs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from va_extractor.common.errors import InputError


def need(module: str, extra: str, what: str) -> Any:
    """Import `module`.

    Raises:
        InputError: it is not installed; the hint installs the extra.
    """
    try:
        return import_module(module)
    except ImportError as error:
        hint = f"pip install 'vaemo-eval[{extra}]'"
        raise InputError(f"{what} needs an extra: {error}", code="extra", found=extra, hint=hint) from None
