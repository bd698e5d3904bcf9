"""Opening what a list or a folder names: a device would never end, and a pipe would never begin."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path


def open_plain(path: Path, *, follow: bool = True) -> io.BufferedReader:
    """Open a plain file for reading, without waiting for a writer.

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
