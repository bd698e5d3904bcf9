"""Recognize credentials by name, and remove them from text."""

from __future__ import annotations

import os
import re

_NAME = re.compile(
    r"(^|_)(api_?key|key|auth|secret|passw\w*|credentials?|cookies?|headers?|authorization)$"
    r"|^((access|auth|api|hf|bearer|refresh|session)_)?token$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"KEY|TOKEN(?!IZ)|SECRET|PASSW|PASSPHRASE|CREDENTIAL", re.IGNORECASE)
_SHORTEST = 6
_USER = re.compile(r"//[^/\s'\"?#]*@")
_LOOKS_LIKE_ONE = re.compile(
    r"\b((sk|rk|pk|gsk|xai|tgp|fw|nvapi)[-_]|key-)[\w*.-]{8,}|\bhf_\w{8,}|\bAIza[\w-]{10,}|\bBearer\s+[\w.~+/*-]{8,}"
    r"|(?<=[?&])[^=&\s]*(key|token|secret|passw)[^=&\s]*=[^&\s'\",;]+",
    re.IGNORECASE,
)


def names_one(name: str) -> bool:
    """Return whether an argument of this name is a credential."""
    return bool(_NAME.search(name.replace("-", "_")))


def in_address(url: str) -> bool:
    """Return whether an address contains a user, a password or a key."""
    authority = url.rpartition("//")[2].partition("/")[0]
    return "@" in authority or bool(_LOOKS_LIKE_ONE.search(url))


def redacted(text: str) -> str:
    """Return `text` with `***` for each credential of the environment, in an address, or of a known form."""
    held = {value.strip() for name, value in os.environ.items() if _VARIABLE.search(name)}
    for value in sorted(held, key=len, reverse=True):
        if len(value) >= _SHORTEST:
            text = text.replace(value, "***")
    return _LOOKS_LIKE_ONE.sub("***", _USER.sub("//***@", text))
