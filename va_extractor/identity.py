"""Item and cluster ids: a salted hash, so that no file name or person's name is written."""

from __future__ import annotations

import hashlib
import json

DEFAULT_SALT = "vaemo-eval"
_DIGITS = 20


def item_id(salt: str, *parts: str | int) -> str:
    """Hash what identifies an item.

    The same salt and parts give the same id on every machine. Someone who knows the salt and guesses the parts can
    identify the item; a secret salt prevents that.

    Args:
        salt: any text.
        parts: content of the item, or its names in the source, in order.

    Returns:
        20 hexadecimal digits (80 bits) of the SHA-256 of salt and parts as a JSON list.
    """
    return hashlib.sha256(json.dumps([salt, *parts]).encode()).hexdigest()[:_DIGITS]
