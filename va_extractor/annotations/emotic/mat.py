"""Reading EMOTIC's official `Annotations.mat`: structs `train`, `val` and `test`, one entry an image."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from va_extractor.annotations.emotic.person import HIGH, LOW, SPLITS, Person
from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import EMOTIC, known_label

_DIMENSIONS = ("valence", "arousal", "dominance")
_UNRATED = (math.nan, math.nan, math.nan)


def read_mat(path: Path) -> dict[str, list[Person]]:
    """Read every person of every split.

    Raises:
        InputError: the file is not a MATLAB file of version 7 or older, has none of the splits, or a person lacks a
            field, has an unknown category, or a rating off the scale; the message names image and person from 0.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        content = loadmat(path, simplify_cells=True, variable_names=SPLITS)
    except NotImplementedError:
        raise InputError(f"{path}: is a MATLAB 7.3 file; save it in MATLAB with the option -v7") from None
    except (MatReadError, ValueError, TypeError, IndexError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: is not a readable MATLAB file: {error}") from None
    splits = {split: _persons(content[split], f"{path}: {split}") for split in SPLITS if split in content}
    if not splits:
        raise InputError(f"{path}: has none of the structs {', '.join(SPLITS)}; is it EMOTIC's Annotations.mat?")
    return splits


@dataclass(frozen=True)
class _Struct:
    """A MATLAB struct and where it stands."""

    fields: Mapping[str, Any]
    where: str

    def __getitem__(self, field: str) -> Any:
        if field not in self.fields:
            raise InputError(f"{self.where}: field '{field}' is missing; it has {', '.join(self.fields)}")
        return self.fields[field]

    def structs(self, field: str) -> list[_Struct]:
        """Return the structs of a field that may be one struct, an array of them, or empty."""
        return _structs(self[field], f"{self.where}.{field}")

    def texts(self, field: str) -> list[str]:
        """Return the strings of a field that may be one string, a cell array of them, or empty."""
        texts = [text for text in _as_list(self[field]) if not (isinstance(text, str) and not text)]
        for text in texts:
            if not isinstance(text, str):
                raise InputError(f"{self.where}.{field}: {text!r} is not text")
        return texts

    def number(self, field: str) -> float:
        """Return the number of a field; NaN where it is empty."""
        values = _as_list(self[field])
        try:
            return float(values[0]) if values else math.nan
        except (TypeError, ValueError):
            raise InputError(f"{self.where}.{field}: {values[0]!r} is not a number") from None


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return list(value.ravel())
    return list(value) if isinstance(value, list) else [value]


def _structs(value: Any, where: str) -> list[_Struct]:
    entries = _as_list(value)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError(f"{where}[{index}]: is not a struct")
    return [_Struct(entry, f"{where}[{index}]") for index, entry in enumerate(entries)]


def _persons(value: Any, where: str) -> list[Person]:
    persons = []
    seen: Counter[str] = Counter()
    for image in _structs(value, where):
        name = "/".join([*image.texts("folder"), *image.texts("filename")])
        for struct in image.structs("person"):
            persons.append(_person(struct, name, seen[name], _size(image)))
            seen[name] += 1
    return persons


def _size(image: _Struct) -> tuple[float, float]:
    """Return width and height in pixels; infinite where the file does not tell."""
    sizes = image.structs("image_size") if "image_size" in image.fields else []
    width, height = (sizes[0].number("n_col"), sizes[0].number("n_row")) if sizes else (math.inf, math.inf)
    return (math.inf if math.isnan(width) else width), (math.inf if math.isnan(height) else height)


def _person(struct: _Struct, image: str, index: int, size: tuple[float, float]) -> Person:
    annotators = [
        {known_label(text, EMOTIC, f"{one.where}.categories") for text in one.texts("categories")}
        for one in struct.structs("annotations_categories")
    ]
    annotators = [labels for labels in annotators if labels]
    where = f"{struct.where}.combined_categories"
    combined = struct.texts("combined_categories") if "combined_categories" in struct.fields else []
    given = set[str]().union({known_label(text, EMOTIC, where) for text in combined}, *annotators)
    categories = tuple(label for label in EMOTIC if label in given)
    return Person(
        image=image,
        index=index,
        box=_box(struct, size),
        categories=categories,
        annotated=tuple(tuple(label for label in EMOTIC if label in labels) for labels in annotators),
        vad=_vad(struct),
    )


def _box(struct: _Struct, size: tuple[float, float]) -> tuple[int, int, int, int]:
    """Return the body's box, cut to the image as the common CSV form cuts it."""
    values = _as_list(struct["body_bbox"])
    width, height = size
    try:
        sides = [float(value) for value in values]
    except (TypeError, ValueError):
        sides = []
    if len(sides) != 4 or not all(map(math.isfinite, sides)):
        raise InputError(f"{struct.where}.body_bbox: {values} is not four numbers")
    left, top, right, bottom = (
        int(min(most, max(0.0, side))) for side, most in zip(sides, (width, height, width, height), strict=True)
    )
    return left, top, right, bottom


def _vad(struct: _Struct) -> tuple[float, float, float]:
    """Return the file's own mean over annotators, or, where it has none, the mean of those who rated."""
    own = struct.structs("annotations_continuous")
    combined = struct.structs("combined_continuous") if "combined_continuous" in struct.fields else []
    for structs in (combined, own):
        vad = _mean([_rating(one) for one in structs])
        if not (math.isnan(vad[0]) or math.isnan(vad[1])):
            return vad
    return _UNRATED


def _rating(struct: _Struct) -> tuple[float, float, float]:
    values = [struct.number(dimension) for dimension in _DIMENSIONS]
    for dimension, value in zip(_DIMENSIONS, values, strict=True):
        if not math.isnan(value) and not LOW <= value <= HIGH:
            raise InputError(f"{struct.where}.{dimension}: {value:g} lies outside {LOW:g}..{HIGH:g}")
    return values[0], values[1], values[2]


def _mean(ratings: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return each dimension's mean over those who rated it; NaN where nobody did."""
    given = [[value for value in values if not math.isnan(value)] for values in zip(*ratings, strict=True)]
    valence, arousal, dominance = (sum(values) / len(values) if values else math.nan for values in given or [[]] * 3)
    return valence, arousal, dominance
