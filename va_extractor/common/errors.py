"""The error for whatever is wrong with a user's input: a value, a table, an extra that is not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from va_extractor.common.credentials import names_one, redacted
from va_extractor.common.plain_text import one_line

if TYPE_CHECKING:
    from pydantic import ValidationError

_LONGEST = 4000

Code = Literal[
    "missing",  # a file, folder, field, column, task or answer that is needed is not there
    "unreadable",  # it is there and cannot be read: permissions, encoding, damage
    "unwritable",  # it cannot be written: permissions, a full disk
    "unknown",  # a name that does not exist: task, label, flag value, key, column
    "type",  # a value of the wrong type, or text that is not in the form it must have
    "range",  # a number, count or length outside of its limits, or not finite
    "duplicate",  # a name or an item appears twice
    "conflict",  # two things that were given do not fit together
    "changed",  # data differ from what a hash or a record says
    "unsupported",  # valid, but this model, task or source cannot do it
    "extra",  # an optional package is not installed
    "unsafe",  # refused, since it could run code or leave its folder
    "limit",  # it would exceed a bound on size, time, requests or money
    "model",  # a back end or server failed
    "incomplete",  # answers or shards are missing; resuming gets them
]


@dataclass(frozen=True)
class Problem:
    """What is wrong with something that the user gave.

    Attributes:
        what: what is wrong, in a few words.
        code: which kind of problem it is; tests and programs read this instead of the text.
        file: the file or folder, or the address.
        line: in the file, from 1.
        field: the flag, column, or dotted key, for example `--limit` or `metadata.labels`; a row of a table without
            lines is counted from 0: `valence[3]`.
        found: the value found there; None where there is none to show.
        hint: what to do, as a command where there is one.
        remark: whether it is only worth knowing: it is reported and never raised.
    """

    what: str
    code: Code
    file: Path | str | None = None
    line: int | None = None
    field: str | None = None
    found: object = None
    hint: str | None = None
    remark: bool = False

    def __str__(self) -> str:
        """Return `FILE:LINE: FIELD: what (found VALUE); hint` on one line, without the parts that are absent."""
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = "".join(f"{part}: " for part in (place, self.field) if part)
        found = "" if self.found is None else f" (found {self._shown()})"
        hint = f"; {self.hint}" if self.hint else ""
        return one_line(f"{where}{self.what}{found}{hint}", _LONGEST)

    def _shown(self) -> str:
        """Return the value for the message: short, and never a credential."""
        if names_one((self.field or "").rpartition(".")[2]):
            return "***"
        if isinstance(self.found, float):
            return f"{self.found:g}"
        return one_line(str(self.found) if isinstance(self.found, Path) else repr(self.found))


class Place(TypedDict, total=False):
    """Where a problem is: arguments of `InputError`."""

    file: Path | str | None
    line: int | None
    field: str | None


class InputError(Exception):
    """Something the user gave is wrong. Command lines print it as one line and exit with code 2.

    Args:
        what: as in `Problem`, like all other arguments.
    """

    def __init__(
        self,
        what: str,
        *,
        code: Code,
        file: Path | str | None = None,
        line: int | None = None,
        field: str | None = None,
        found: object = None,
        hint: str | None = None,
    ) -> None:
        self.problem = Problem(what, code, file, line, field, found, hint)
        super().__init__(str(self.problem))

    @classmethod
    def of(cls, problem: Problem) -> InputError:
        """Return the error that raises an already described problem."""
        parts = {name: value for name, value in vars(problem).items() if name != "remark"}
        return cls(**parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the problem, so that a worker process can pass the error on."""
        return (InputError.of, (self.problem,))


def nearest(name: str, known: Iterable[str], *more: str) -> str:
    """Return the hint for an unknown name: the known one spelt like it, if there is one, then `more`; may be empty."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return "; ".join([*(f"the nearest is {one!r}" for one in close), *more])


def print_error(program: str, error: InputError) -> int:
    """Print an error on one line, without credentials and control characters, and return exit code 2."""
    sys.stderr.write(f"{program}: {redacted(str(error))}\n")
    return 2


def need(module: str, extra: str, what: str) -> Any:
    """Import `module`.

    Raises:
        InputError: it is not installed; the hint installs the extra.
    """
    try:
        return import_module(module)
    except ImportError as error:
        hint = f"pip install 'vaemo-eval[{extra}]'"
        raise InputError(f"{what} needs an extra: {error}", code="extra", found=extra, hint=hint) from None


_CODES: dict[str, Code] = {"missing": "missing", "extra_forbidden": "unknown", "value_error": "range"}
_SAID = {
    "missing": "is missing",
    "extra_forbidden": "unknown key",
    "model_type": "must be a mapping of keys",
    "dict_type": "must be a mapping of keys",
}


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
    what = _SAID.get(first["type"], first["msg"].removeprefix("Value error, "))
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
