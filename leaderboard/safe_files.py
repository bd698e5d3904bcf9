"""Read files from strangers within bounds: plain files only, no links."""

from __future__ import annotations

import zlib
from pathlib import Path

from va_extractor.common.errors import InputError
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


def unpack(data: bytes, where: str, limit: int = MAX_UNPACKED, ratio: int = MAX_RATIO) -> bytes:
    """Unpack one gzip stream; stop at the bound.

    Args:
        data: the stream.
        where: names it in errors.
        limit: maximum number of unpacked bytes.
        ratio: maximum number of unpacked bytes per packed byte.

    Raises:
        InputError: it is not gzip, cut off, followed by more data, or beyond a bound.
    """
    engine = zlib.decompressobj(_GZIP)
    most = min(limit, ratio * len(data))
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
