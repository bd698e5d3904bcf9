"""Make text from others harmless for a terminal, a Markdown table and a cell of a spreadsheet."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """Return text with control, format and private characters (escapes, right-to-left marks) as code points."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"\\u{{{ord(char):x}}}" if char not in _KEPT and unicodedata.category(char) in _HIDDEN else char
        for char in text
    )


def one_line(text: str, limit: int = 200) -> str:
    """Return visible text on one line, cut at `limit` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def markdown_code(text: str, limit: int = 200) -> str:
    """Return text as a code span for a Markdown table: no link, mention, image or HTML."""
    return "`" + (one_line(text, limit).replace("`", "'").replace("|", "¦") or " ") + "`"


def csv_text(text: str) -> str:
    """Return text for a spreadsheet's cell: a formula gets an apostrophe in front.

    The leading characters are those of OWASP's page on CSV injection, with their full-width forms.
    """
    line = visible(text)
    return "'" + line if line.lstrip(" ").startswith(_FORMULA) else line
