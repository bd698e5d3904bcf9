"""Item and cluster ids: a salted hash of what an item is, so that no file name or person's name is written."""

from __future__ import annotations

import hashlib
import json

DEFAULT_SALT = "vaemo-eval"
_DIGITS = 20


def item_id(salt: str, *parts: str | int) -> str:
    """Hash what identifies an item.

    The same salt and parts give the same id on every machine. Whoever knows the salt and can guess the parts can find
    the item again; a salt of one's own, kept secret, prevents that.

    Args:
        salt: any text.
        parts: what the item is: content, or the names its source gives it; order matters.

    Returns:
        20 hexadecimal digits (80 bits) of the SHA-256 of salt and parts, written as one JSON list so that no two
        different lists of parts run together.
    """
    return hashlib.sha256(json.dumps([salt, *parts]).encode()).hexdigest()[:_DIGITS]
