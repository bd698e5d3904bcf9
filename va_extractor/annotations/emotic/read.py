"""Reading EMOTIC's annotations in whichever form they are."""

from __future__ import annotations

from pathlib import Path

from va_extractor.annotations.emotic.mat import read_mat
from va_extractor.annotations.emotic.person import Person
from va_extractor.annotations.emotic.table import read_tables
from va_extractor.common.errors import InputError


def read_emotic(path: Path) -> dict[str, list[Person]]:
    """Read the official `Annotations.mat`, or the CSV form: one file, or a folder with one file a split.

    Returns:
        The persons of each split that is there, in the file's order.

    Raises:
        InputError: the path is of neither form, or its content is wrong.
    """
    if path.is_dir() or path.suffix.lower() == ".csv":
        return read_tables(path)
    if path.suffix.lower() == ".mat":
        return read_mat(path)
    missing = "" if path.exists() else " (and does not exist)"
    raise InputError(f"{path}: is neither a .mat file, a .csv file nor a folder of .csv files{missing}")
