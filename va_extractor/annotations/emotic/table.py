"""Read the common CSV form of EMOTIC's annotations: one file a split, one row a person, lists written as text.

Columns read: `Folder, Filename, BBox, Categorical_Labels, Continuous_Labels`; others (`Index, Image Size, Gender, Age`)
are ignored. This form has the merged labels of validation and test, without each annotator's own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

from va_extractor.annotations.emotic.features import HIGH, LOW, SPLITS, Person
from va_extractor.common.csvfile import Row, read_rows
from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import EMOTIC, known_label

_COLUMNS = ("Folder", "Filename", "BBox", "Categorical_Labels", "Continuous_Labels")
_STRING = r"""(?:'[^']*'|"[^"]*")"""
_STRINGS = re.compile(rf"\[\s*(?:{_STRING}\s*(?:,\s*{_STRING}\s*)*)?\]")


def read_tables(path: Path) -> dict[str, list[Person]]:
    """Read one CSV file, or every CSV file of a folder; a file's name contains its split (`*train*.csv`, ...).

    Raises:
        InputError: there is no file, or there are two of one split, a name contains no split, or a cell is wrong.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise InputError("no CSV file in this folder", code="missing", file=path)
    by_split: dict[str, Path] = {}
    for file in files:
        split = _split_of(file)
        if split in by_split:
            what = f"split '{split}' is also in {by_split[split].name}"
            raise InputError(what, code="duplicate", file=file, hint="keep one of the two")
        by_split[split] = file
    return {split: _persons(by_split[split]) for split in SPLITS if split in by_split}


def parse_strings(text: str) -> list[str]:
    """Read a list of quoted strings as Python prints it, `['Anger', 'Fear']`.

    Raises:
        ValueError: the text is not such a list.
    """
    if not _STRINGS.fullmatch(text.strip()):
        raise ValueError(text)
    return [quoted[1:-1] for quoted in re.findall(_STRING, text)]


def parse_numbers(text: str) -> list[float]:
    """Read a list of numbers as Python prints it, `[5.0, 6, nan]`.

    Raises:
        ValueError: the text is not such a list.
    """
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        raise ValueError(text)
    inside = text[1:-1].strip()
    return [float(number) for number in inside.split(",")] if inside else []


def _split_of(file: Path) -> str:
    named = [split for split in SPLITS if split in file.stem.lower()]
    if len(named) != 1:
        raise InputError(f"the file name must contain exactly one of {', '.join(SPLITS)}", code="type", file=file)
    return named[0]


def _persons(file: Path) -> list[Person]:
    persons = []
    seen: Counter[str] = Counter()
    for row in read_rows(file, _COLUMNS):
        image = f"{row.text('Folder')}/{row.text('Filename')}"
        persons.append(
            Person(
                image=image, index=seen[image], box=_box(row), categories=_categories(row), annotated=(), vad=_vad(row)
            )
        )
        seen[image] += 1
    return persons


def _numbers(row: Row, column: str, count: int) -> list[float]:
    try:
        numbers = parse_numbers(row[column])
    except ValueError:
        what = "is not a list of numbers like [1, 2.5]"
        raise InputError(what, code="type", **row.place(column), found=row[column]) from None
    if len(numbers) != count:
        raise InputError(f"must have {count} numbers", code="type", **row.place(column), found=row[column])
    return numbers


def _box(row: Row) -> tuple[int, int, int, int]:
    numbers = _numbers(row, "BBox", 4)
    if not all(map(math.isfinite, numbers)):
        raise InputError("is not a box", code="range", **row.place("BBox"), found=row["BBox"])
    left, top, right, bottom = map(int, numbers)
    return left, top, right, bottom


def _categories(row: Row) -> tuple[str, ...]:
    column = "Categorical_Labels"
    try:
        names = parse_strings(row[column])
    except ValueError:
        what = "is not a list like ['Anger', 'Fear']"
        raise InputError(what, code="type", **row.place(column), found=row[column]) from None
    given = {known_label(name, EMOTIC, **row.place(column)) for name in names}
    return tuple(label for label in EMOTIC if label in given)


def _vad(row: Row) -> tuple[float, float, float]:
    column = "Continuous_Labels"
    if row[column].strip() == "[]":
        return math.nan, math.nan, math.nan
    valence, arousal, dominance = _numbers(row, column, 3)
    for value in (valence, arousal, dominance):
        if not math.isnan(value) and not LOW <= value <= HIGH:
            raise InputError(f"is outside {LOW:g}..{HIGH:g}", code="range", **row.place(column), found=value)
    return valence, arousal, dominance
