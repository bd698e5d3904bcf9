"""What a provider says about an error: found in its body, cleared of secrets, on one line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from va_extractor.common.credentials import redacted

LONGEST = 300
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Complaint:
    """A provider's error.

    Attributes:
        message: its words.
        code: its short name of the error, and its type; empty where it gives none.
        param: the request's field that it blames; empty where it names none.
        status: the status it states in the body; None where it states none.
    """

    message: str
    code: str = ""
    param: str = ""
    status: int | None = None


def complaint(body: Any) -> Complaint | None:
    """Find the error in a parsed body; None where it holds none.

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
        return Complaint(str(body["message"]), str(body.get("type") or ""), str(body.get("param") or ""))
    return None


def _error(error: Any) -> Complaint:
    if not isinstance(error, dict):
        return Complaint(str(error))
    number = _number(error.get("code")) or _number(error.get("status"))
    names = [error.get(key) for key in ("code", "type", "status")]
    code = " ".join(str(name) for name in names if name and _number(name) is None)
    message = str(error.get("message") or code or "error")
    return Complaint(message + _details(error), code, str(error.get("param") or ""), number)


def _detail(detail: Any) -> Complaint:
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        loc = detail[0].get("loc")
        place = ".".join(map(str, loc)) if isinstance(loc, list) else ""
        return Complaint(f"{place}: {detail[0].get('msg', '')}", str(detail[0].get("type", "")), place)
    return Complaint(str(detail))


def plain(body: bytes) -> str:
    """Return what an unparsable body says, without markup."""
    return _TAG.sub(" ", body[:4000].decode(errors="replace")) if body else ""


def one_line(text: str) -> str:
    """Return `text` on one line of bounded length, without credentials."""
    text = " ".join(redacted(text).split())
    text = "".join(char for char in text if char.isprintable())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _details(error: dict[str, Any]) -> str:
    """Return what OpenRouter adds: the words of the provider behind it."""
    metadata = error.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    more = [metadata.get("raw"), metadata.get("reasons")]
    return "".join(f" ({one})" for one in more if one)


def _number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) == 3 else None
