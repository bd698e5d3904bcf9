"""Opening files that a stranger put there: plain files only, never through a link, never more than a bound."""

from __future__ import annotations

import gzip
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
    """Read a plain file of at most `limit` bytes.

    Raises:
        InputError: it is missing, a link, no plain file, or larger.
    """
    try:
        with open_plain(path, follow=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise InputError(f"{where}: no file can have this name") from None
    if len(data) > limit:
        raise InputError(f"{where}: larger than {limit:,} bytes")
    return data


def pack(data: bytes) -> bytes:
    """Compress with gzip; the same bytes give the same file."""
    return gzip.compress(data, mtime=0)


def unpack(data: bytes, where: str, limit: int = MAX_UNPACKED, ratio: int = MAX_RATIO) -> bytes:
    """Unpack one gzip stream, and stop at the bound, not after it.

    Args:
        data: what was read.
        where: names it in errors.
        limit: most bytes that may come out.
        ratio: most bytes out for a byte in.

    Raises:
        InputError: no gzip, cut off, followed by more, or beyond a bound.
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
                raise InputError(f"{where}: unpacks to more than {most:,} bytes")
    except zlib.error:
        raise InputError(f"{where}: is no gzip file") from None
    if not engine.eof:
        raise InputError(f"{where}: is cut off")
    if engine.unused_data:
        raise InputError(f"{where}: something follows the compressed data")
    return b"".join(parts)
