"""How much of an answer is read: strictly the form asked for, the default rules, or also a guess."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Reader = Literal["strict", "default", "lenient"]
READERS: tuple[Reader, ...] = ("strict", "default", "lenient")
_READER: ContextVar[Reader] = ContextVar("reader", default="default")


def reader() -> Reader:
    """Return the reader in use."""
    return _READER.get()


@contextmanager
def reading_as(name: Reader) -> Iterator[None]:
    """Use another reader for a while."""
    token = _READER.set(name)
    try:
        yield
    finally:
        _READER.reset(token)
