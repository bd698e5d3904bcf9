"""Read EMOTIC's annotations in either file form."""

from __future__ import annotations

from pathlib import Path

from va_extractor.annotations.emotic.mat import read_mat
from va_extractor.annotations.emotic.person import Person
from va_extractor.annotations.emotic.table import read_tables
from va_extractor.common.errors import Code, InputError


def read_emotic(path: Path) -> dict[str, list[Person]]:
    """Read the official `Annotations.mat`, or the CSV form: one file, or a folder with one file a split.

    Returns:
        The persons of each split that is there, in the file's order.

    Raises:
        InputError: the path has neither form, or its content is wrong.
    """
    if path.is_dir() or path.suffix.lower() == ".csv":
        return read_tables(path)
    if path.suffix.lower() == ".mat":
        return read_mat(path)
    code: Code = "type" if path.exists() else "missing"
    raise InputError("is not a .mat file, a .csv file or a folder of .csv files", code=code, file=path)
