"""EMOTIC: people in context, annotated with 26 categories and with valence, arousal and dominance on 1..10.

Kosti, R., Alvarez, J. M., Recasens, A. & Lapedriza, A. (2020). Context Based Emotion Recognition using EMOTIC Dataset.
IEEE Transactions on Pattern Analysis and Machine Intelligence 42(11), doi:10.1109/TPAMI.2019.2916866.
"""

from __future__ import annotations

from pathlib import Path

from va_extractor.annotations.emotic.features import Person
from va_extractor.annotations.emotic.mat import read_mat
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
