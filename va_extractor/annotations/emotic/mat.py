"""Read EMOTIC's official `Annotations.mat`: structs `train`, `val` and `test`, one entry an image."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from va_extractor.annotations.emotic.features import HIGH, LOW, SPLITS, Person
from va_extractor.common.errors import InputError, Place
from va_extractor.emotions.labels import EMOTIC, known_label

_DIMENSIONS = ("valence", "arousal", "dominance")
_UNRATED = (math.nan, math.nan, math.nan)


def read_mat(path: Path) -> dict[str, list[Person]]:
    """Read every person of every split.

    Raises:
        InputError: the file is not a MATLAB file of version 7 or older, has none of the splits, or a person lacks a
            field, has an unknown category, or a rating off the scale; the field counts images and persons from 0.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    if not path.is_file():
        raise InputError("no such file", code="missing", file=path)
    try:
        content = loadmat(path, simplify_cells=True, variable_names=SPLITS)
    except NotImplementedError:
        hint = "save it in MATLAB with the option -v7"
        raise InputError("is a MATLAB 7.3 file", code="unsupported", file=path, hint=hint) from None
    except (MatReadError, ValueError, TypeError, IndexError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"is not a readable MATLAB file: {error}", code="unreadable", file=path) from None
    splits = {split: _persons(content[split], path, split) for split in SPLITS if split in content}
    if not splits:
        what = f"has none of the structs {', '.join(SPLITS)}"
        raise InputError(what, code="missing", file=path, hint="give EMOTIC's Annotations.mat")
    return splits


@dataclass(frozen=True)
class _Struct:
    """A MATLAB struct, its file and its path in the file."""

    fields: Mapping[str, Any]
    file: Path
    path: str

    def __getitem__(self, field: str) -> Any:
        if field not in self.fields:
            hint = f"the fields are {', '.join(self.fields)}"
            raise InputError("field is missing", code="missing", **self.place(field), hint=hint)
        return self.fields[field]

    def place(self, field: str) -> Place:
        """Return where a field is, for errors."""
        return {"file": self.file, "field": f"{self.path}.{field}"}

    def structs(self, field: str) -> list[_Struct]:
        """Return the structs of a field that may be one struct, an array of them, or empty."""
        return _structs(self[field], self.file, f"{self.path}.{field}")

    def texts(self, field: str) -> list[str]:
        """Return the strings of a field that may be one string, a cell array of them, or empty."""
        texts = [text for text in _as_list(self[field]) if not (isinstance(text, str) and not text)]
        for text in texts:
            if not isinstance(text, str):
                raise InputError("is not text", code="type", **self.place(field), found=text)
        return texts

    def labels(self, field: str) -> set[str]:
        """Return the EMOTIC categories of a field."""
        return {known_label(text, EMOTIC, **self.place(field)) for text in self.texts(field)}

    def number(self, field: str) -> float:
        """Return the number of a field; NaN where it is empty."""
        values = _as_list(self[field])
        try:
            return float(values[0]) if values else math.nan
        except (TypeError, ValueError):
            raise InputError("is not a number", code="type", **self.place(field), found=values[0]) from None


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return list(value.ravel())
    return list(value) if isinstance(value, list) else [value]


def _structs(value: Any, file: Path, path: str) -> list[_Struct]:
    entries = _as_list(value)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError("is not a struct", code="type", file=file, field=f"{path}[{index}]")
    return [_Struct(entry, file, f"{path}[{index}]") for index, entry in enumerate(entries)]


def _persons(value: Any, file: Path, split: str) -> list[Person]:
    persons = []
    seen: Counter[str] = Counter()
    for image in _structs(value, file, split):
        name = "/".join([*image.texts("folder"), *image.texts("filename")])
        for struct in image.structs("person"):
            persons.append(_person(struct, name, seen[name], _size(image)))
            seen[name] += 1
    return persons


def _size(image: _Struct) -> tuple[float, float]:
    """Return width and height in pixels; infinite where the file does not say."""
    sizes = image.structs("image_size") if "image_size" in image.fields else []
    width, height = (sizes[0].number("n_col"), sizes[0].number("n_row")) if sizes else (math.inf, math.inf)
    return (math.inf if math.isnan(width) else width), (math.inf if math.isnan(height) else height)


def _person(struct: _Struct, image: str, index: int, size: tuple[float, float]) -> Person:
    annotators = [one.labels("categories") for one in struct.structs("annotations_categories")]
    annotators = [labels for labels in annotators if labels]
    combined = struct.labels("combined_categories") if "combined_categories" in struct.fields else set()
    given = combined.union(*annotators)
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
        raise InputError("is not four numbers", code="type", **struct.place("body_bbox"), found=str(sides or values))
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
            raise InputError(f"is outside {LOW:g}..{HIGH:g}", code="range", **struct.place(dimension), found=value)
    return values[0], values[1], values[2]


def _mean(ratings: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return each dimension's mean over those who rated it; NaN where nobody did."""
    given = [[value for value in values if not math.isnan(value)] for values in zip(*ratings, strict=True)]
    valence, arousal, dominance = (sum(values) / len(values) if values else math.nan for values in given or [[]] * 3)
    return valence, arousal, dominance
