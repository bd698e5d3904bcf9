"""Reading JSON that a stranger wrote: bounded, without anything JSON itself does not have, each key once.

Python's `json` reads `NaN`, `1e999` (as infinity), the last of two equal keys and half a surrogate pair; none of these
may reach a page or a number.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from va_extractor.common.errors import InputError

MAX_DEPTH = 16
MAX_STRING = 100_000
MAX_ITEMS = 100_000
MAX_INTEGER = 2**53
_SHOWN = 40

M = TypeVar("M", bound=BaseModel)


def read_model(model: type[M], data: bytes, where: str) -> M:
    """Read one document of a known shape, without turning one type into another.

    Args:
        model: its shape.
        data: UTF-8 JSON.
        where: names the document in errors.

    Raises:
        InputError: it breaks a bound or the shape; the message is one line and names the field.
    """
    check_json(data, where)
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part)[:_SHOWN] for part in problem["loc"][:8])
        named = f"field {field!a}: " if field else ""
        raise InputError(f"{where}: {named}{problem['msg'][:200]}") from None


def check_json(data: bytes, where: str) -> None:
    """Refuse JSON that is broken, deeper or larger than bounds, or holds what JSON has no words for.

    Args:
        data: what to check; its size is the caller's to bound.
        where: names it in errors.

    Raises:
        InputError: one line that says what is wrong.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
        _walk(value)
    except UnicodeDecodeError:
        raise InputError(f"{where}: is not UTF-8") from None
    except RecursionError:
        raise InputError(f"{where}: nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: not valid JSON: {error.msg} at character {error.pos}") from None
    except _RefusedError as error:
        raise InputError(f"{where}: {error}") from None


class _RefusedError(Exception):
    """What is wrong with a document, without its name."""


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _RefusedError(f"the key {twice[:_SHOWN]!a} stands twice in one object")
    return found


def _constant(name: str) -> object:
    raise _RefusedError(f"{name} is no JSON number")


def _float(text: str) -> float:
    value = float(text) if len(text) <= 64 else math.inf
    if not math.isfinite(value):
        raise _RefusedError(f"the number {text[:_SHOWN]} is out of range")
    return value


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
        raise _RefusedError(f"the number {text[:_SHOWN]} is out of range")
    return int(text)


def _walk(value: object) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _RefusedError(f"nested deeper than {MAX_DEPTH} levels")
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
            raise _RefusedError(f"more than {MAX_ITEMS} values on one level")
        level = inner


def _check_text(text: str) -> None:
    if len(text) > MAX_STRING:
        raise _RefusedError(f"a text of {len(text)} characters; at most {MAX_STRING}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _RefusedError("a text holds half a surrogate pair") from None
