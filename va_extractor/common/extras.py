"""Importing what only an extra of the package installs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from va_extractor.common.errors import InputError


def need(module: str, extra: str, what: str) -> Any:
    """Import `module`.

    Raises:
        InputError: it is not installed; the message names `what` needs it and the extra that brings it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(f"{what} needs the extra: pip install 'vaemo-eval[{extra}]' ({error})") from None
