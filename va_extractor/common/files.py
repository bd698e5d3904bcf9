"""Opening plain files, writing whole ones, and what the system says of either as an error to read."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from va_extractor.common.errors import InputError


def open_plain(path: Path, *, follow: bool = True) -> io.BufferedReader:
    """Open a plain file for reading. A device or a pipe is refused: one never ends, the other never begins.

    Args:
        path: the file.
        follow: whether a link is followed; without, it is refused.

    Raises:
        OSError: it cannot be opened, or is no plain file.
        ValueError: no file can have this name.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)  # Python makes no file object of a folder
        raise OSError(errno.EINVAL, "is no plain file", str(path))
    return os.fdopen(descriptor, "rb")


@contextmanager
def reading(path: Path, *, field: str | None = None, hint: str | None = None) -> Iterator[None]:
    """Turn errors of reading inside the block into one that names the file.

    Args:
        path: the file or folder.
        field: the flag that names it.
        hint: what to do.

    Raises:
        InputError: it is missing, cannot be read, or is not UTF-8 text.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError("no such file or folder", code="missing", file=path, field=field, hint=hint) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise InputError(what, code="unreadable", file=path, field=field, hint=hint) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", code="unreadable", file=path, field=field, hint=hint) from None


@contextmanager
def writing(path: Path, *, field: str | None = None) -> Iterator[None]:
    """Turn errors of writing inside the block into one that names the file.

    Args:
        path: the file or folder.
        field: the flag that names it.

    Raises:
        InputError: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(what, code="unwritable", file=path, field=field) from None


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a file to write that becomes `path` at the end of the block; an error leaves `path` as it was.

    Raises:
        InputError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
