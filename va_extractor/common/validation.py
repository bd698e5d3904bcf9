"""What is wrong with a value that pydantic checks, or with the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from va_extractor.common.errors import Code, InputError

_CODES: dict[str, Code] = {"missing": "missing", "extra_forbidden": "unknown", "value_error": "range"}


def invalid(
    error: ValidationError, *, file: Path | str, line: int | None = None, field: str = "", hint: str | None = None
) -> InputError:
    """Return the first thing that pydantic found wrong.

    Args:
        error: what pydantic raised.
        file: what was read.
        line: line of the value.
        field: where in the file the value is; the field of the error is added to it.
        hint: what to do.
    """
    first = error.errors()[0]
    code = _CODES.get(first["type"], "type")
    found = None if code == "missing" or isinstance(first["input"], dict | list) else first["input"]
    field = ".".join(str(part) for part in (field, *first["loc"]) if part != "")
    what = first["msg"].removeprefix("Value error, ")
    return InputError(what, code=code, file=file, line=line, field=field or None, found=found, hint=hint)


def need_columns(needed: Sequence[str], there: Sequence[str], path: Path | str) -> None:
    """Refuse a table that lacks a column.

    Raises:
        InputError: names the first one that is missing, and those that are there.
    """
    for column in needed:
        if column not in there:
            hint = f"the columns are {', '.join(there)}" if there else "there is no header"
            raise InputError("column is missing", code="missing", file=path, field=column, hint=hint)
