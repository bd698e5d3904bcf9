"""Read files from strangers within bounds: plain files only, gzip up to a size, and strict JSON with each key once.

Python's `json` accepts `NaN`, `1e999` (as infinity), the last of two equal keys and half a surrogate pair. None of
these may reach a page or a number.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from va_extractor.common.errors import Code, InputError
from va_extractor.common.files import open_plain

MAX_FILE = 10_000_000
MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
_CHUNK = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS


def read_bounded(path: Path, where: str, limit: int = MAX_FILE) -> bytes:
    """Read a plain file of at most `limit` bytes; `where` names it in errors.

    Raises:
        InputError: it is missing, a link, not a plain file, or larger.
    """
    try:
        with open_plain(path, follow=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", code="unreadable", file=where) from None
    except ValueError:
        raise InputError("not a valid file name", code="unsafe", file=where) from None
    if len(data) > limit:
        raise InputError(f"larger than {limit:,} bytes", code="limit", file=where)
    return data


def unpack(data: bytes, where: str, limit: int = MAX_UNPACKED) -> bytes:
    """Unpack one gzip stream; stop at the bound.

    Args:
        data: the stream.
        where: names it in errors.
        limit: maximum number of unpacked bytes; besides, at most `MAX_RATIO` for each packed byte.

    Raises:
        InputError: it is not gzip, cut off, followed by more data, or beyond a bound.
    """
    engine = zlib.decompressobj(_GZIP)
    most = min(limit, MAX_RATIO * len(data))
    parts, size, rest = [], 0, data
    try:
        while rest and not engine.eof:
            part = engine.decompress(rest, _CHUNK)
            parts.append(part)
            size += len(part)
            rest = engine.unconsumed_tail
            if size > most:
                raise InputError(f"unpacks to more than {most:,} bytes", code="limit", file=where)
    except zlib.error:
        raise InputError("not a gzip file", code="unreadable", file=where) from None
    if not engine.eof:
        raise InputError("cut off", code="unreadable", file=where)
    if engine.unused_data:
        raise InputError("data after the gzip stream", code="unreadable", file=where)
    return b"".join(parts)


MAX_DEPTH = 16
MAX_STRING = 100_000
MAX_ITEMS = 100_000
MAX_INTEGER = 2**53
_SHOWN = 40

M = TypeVar("M", bound=BaseModel)


def read_model(model: type[M], data: bytes, where: str, line: int | None = None) -> M:
    """Read one document of a known shape, without type coercion.

    Args:
        model: its shape.
        data: UTF-8 JSON.
        where: names the document in errors.
        line: of the document in its file.

    Raises:
        InputError: it breaks a bound or the shape.
    """
    check_json(data, where, line)
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part)[:_SHOWN] for part in problem["loc"][:8])
        raise InputError(problem["msg"][:200], code="type", file=where, line=line, field=ascii(field)[1:-1]) from None


def check_json(data: bytes, where: str, line: int | None = None) -> None:
    """Raise `InputError` for JSON that is invalid or beyond a bound; the caller bounds its size."""
    try:
        _walk(
            json.loads(
                data.decode("utf-8"),
                object_pairs_hook=_pairs,
                parse_constant=_constant,
                parse_float=_float,
                parse_int=_integer,
            )
        )
    except UnicodeDecodeError:
        raise InputError("not UTF-8", code="unreadable", file=where, line=line) from None
    except RecursionError:
        raise InputError(f"deeper than {MAX_DEPTH} levels", code="limit", file=where, line=line) from None
    except json.JSONDecodeError as error:
        what = f"not valid JSON: {error.msg} at character {error.pos}"
        raise InputError(what, code="unreadable", file=where, line=line) from None
    except _RefusedError as error:
        raise InputError(str(error), code=error.code, file=where, line=line) from None


class _RefusedError(Exception):
    """What is wrong with a document, without its name."""

    def __init__(self, what: str, code: Code) -> None:
        super().__init__(what)
        self.code: Code = code


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _RefusedError(f"key {twice[:_SHOWN]!a} appears twice in one object", "duplicate")
    return found


def _constant(name: str) -> object:
    raise _RefusedError(f"{name} is not a JSON number", "range")


def _float(text: str) -> float:
    value = float(text) if len(text) <= 64 else math.inf
    if not math.isfinite(value):
        raise _RefusedError(f"number {text[:_SHOWN]} is out of range", "range")
    return value


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
        raise _RefusedError(f"number {text[:_SHOWN]} is out of range", "range")
    return int(text)


def _walk(value: object) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _RefusedError(f"deeper than {MAX_DEPTH} levels", "limit")
        inner: list[object] = []
        for one in level:
            if isinstance(one, str):
                _check_text(one)
            elif isinstance(one, dict):
                for key in one:
                    _check_text(key)
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        if len(inner) > MAX_ITEMS:
            raise _RefusedError(f"more than {MAX_ITEMS} values on one level", "limit")
        level = inner


def _check_text(text: str) -> None:
    if len(text) > MAX_STRING:
        raise _RefusedError(f"a text of {len(text)} characters; at most {MAX_STRING}", "limit")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _RefusedError("a text has half a surrogate pair", "unreadable") from None
