"""The text of a server's error: found in its body, without secrets, on one line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from va_extractor.common.credentials import redacted

MAX_LENGTH = 300
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class ApiError:
    """An error as the server describes it.

    Attributes:
        message: the text.
        code: the error's short name and type; empty if there is none.
        param: the request field that it names; empty if there is none.
        status: the HTTP status that the body states; None if there is none.
    """

    message: str
    code: str = ""
    param: str = ""
    status: int | None = None


def find_error(body: Any) -> ApiError | None:
    """Find the error in a parsed body; None if there is none.

    Forms: `{"error": {...}}` (OpenAI, Anthropic, OpenRouter), the same in a list (Google), `{"error": "..."}` (Ollama),
    `{"detail": ...}` (FastAPI, Mistral), `{"message": ...}` with an error type or code.
    """
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return None
    if body.get("error"):
        return _error(body["error"])
    if body.get("detail"):
        return _detail(body["detail"])
    if body.get("message") and not {"choices", "content"} & body.keys():
        return ApiError(str(body["message"]), str(body.get("type") or ""), str(body.get("param") or ""))
    return None


def _error(error: Any) -> ApiError:
    if not isinstance(error, dict):
        return ApiError(str(error))
    status = _status(error.get("code")) or _status(error.get("status"))
    names = [error.get(key) for key in ("code", "type", "status")]
    code = " ".join(str(name) for name in names if name and _status(name) is None)
    message = str(error.get("message") or code or "error")
    return ApiError(message + _details(error), code, str(error.get("param") or ""), status)


def _detail(detail: Any) -> ApiError:
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        loc = detail[0].get("loc")
        place = ".".join(map(str, loc)) if isinstance(loc, list) else ""
        return ApiError(f"{place}: {detail[0].get('msg', '')}", str(detail[0].get("type", "")), place)
    return ApiError(str(detail))


def plain(body: bytes) -> str:
    """Return the text of a body that is not JSON, without markup."""
    return _TAG.sub(" ", body[:4000].decode(errors="replace")) if body else ""


def one_line(text: str) -> str:
    """Return `text` on one line of at most `MAX_LENGTH` characters, without credentials."""
    text = " ".join(redacted(text).split())
    text = "".join(char for char in text if char.isprintable())
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"


def _details(error: dict[str, Any]) -> str:
    """Return what OpenRouter adds: the error of the provider behind it."""
    metadata = error.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    more = [metadata.get("raw"), metadata.get("reasons")]
    return "".join(f" ({one})" for one in more if one)


def _status(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) == 3 else None
