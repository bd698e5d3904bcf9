"""A placeholder for a number, for prompts without content."""

from __future__ import annotations

from typing import NoReturn


class ContentFreeValue:
    """Placeholder for a number; comparing it raises.

    Arithmetic returns it unchanged, and in a text it is its token. A prompt that compares the value has no form
    without content.
    """

    def __init__(self, token: str) -> None:
        self.token = token

    def __str__(self) -> str:
        return self.token

    def __format__(self, _: str) -> str:
        return self.token

    def _itself(self, *_: object) -> ContentFreeValue:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _itself
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _itself
    __neg__ = __pos__ = __abs__ = __round__ = __floor__ = __ceil__ = _itself

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a value without content cannot be compared")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __int__ = __float__ = _refuse
    __hash__ = object.__hash__
