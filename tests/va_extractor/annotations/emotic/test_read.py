"""Reading both file forms of EMOTIC's annotations."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.refused import refused
from va_extractor.annotations.emotic import read_emotic
from va_extractor.annotations.emotic.table import parse_numbers, parse_strings
from va_extractor.common.errors import Code

DIMENSIONS = ("valence", "arousal", "dominance")


def test_mat_gives_every_person_with_categories_votes_and_mean_ratings(mat_file: Path) -> None:
    splits = read_emotic(mat_file)
    assert {split: len(persons) for split, persons in splits.items()} == {"train": 3, "val": 1, "test": 2}
    fearful, unrated, happy = splits["train"]
    assert (fearful.name, unrated.name, happy.name) == (
        "mscoco/images/a.jpg#0",
        "mscoco/images/a.jpg#1",
        "mscoco/images/b.jpg#0",
    )
    assert fearful.categories == ("Anger", "Fear")  # EMOTIC's order, not the annotator's
    assert len(fearful.annotated) == 1
    assert fearful.vad == (1, 10, 5.5)
    assert all(math.isnan(value) for value in unrated.vad)
    assert happy.box == (0, 3, 640, 100)  # cut to the image, fractions dropped
    assert happy.vad[:2] == (10, 1)
    assert math.isnan(happy.vad[2])
    (several,) = splits["val"]
    assert several.categories == ("Anger", "Fear", "Pain")
    assert several.weights == (1 / 3, 1, 2 / 3)
    assert len(several.annotated) == 3
    assert several.vad == (3, 5, 7)


def test_mat_without_combined_ratings_takes_the_mean_of_those_who_rated(mat_file: Path) -> None:
    confused, nobody = read_emotic(mat_file)["test"]
    assert confused.vad == (4.5, 5.5, 6.5)
    assert nobody.categories == ()
    assert nobody.annotated == ()


def test_both_forms_agree_on_who_was_rated(mat_file: Path, csv_folder: Path) -> None:
    official, common = read_emotic(mat_file), read_emotic(csv_folder)
    for split, persons in common.items():
        rated = [person for person in official[split] if not math.isnan(person.vad[0])]
        assert [person.image for person in rated] == [person.image for person in persons]
        assert [person.box for person in rated] == [person.box for person in persons]
        assert [person.categories for person in rated] == [person.categories for person in persons]
        assert [person.vad[:2] for person in rated] == [person.vad[:2] for person in persons]


def test_one_csv_file_is_one_split(csv_folder: Path) -> None:
    assert list(read_emotic(csv_folder / "emotic_val.csv")) == ["val"]


def test_mat_of_something_else_is_refused(write_mat: Callable[[dict[str, Any]], Path]) -> None:
    path = write_mat({"other": 1})
    with refused("missing", file=path):
        read_emotic(path)


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_truncated_mat_is_refused(mat_file: Path, kept: float) -> None:
    whole = mat_file.read_bytes()
    mat_file.write_bytes(whole[: int(kept * len(whole))])
    with refused("unreadable", file=mat_file):
        read_emotic(mat_file)


def test_hdf5_mat_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Annotations.mat"
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"  # version 0x0200, little-endian
    path.write_bytes(header + b"\x89HDF\r\n\x1a\n" + bytes(512))
    with refused("unsupported", file=path):
        read_emotic(path)


@pytest.mark.parametrize("name", ["absent.mat", "absent_test.csv", "annotations.json"])
def test_missing_files_and_other_endings(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with refused("missing", file=path):
        read_emotic(path)
    path.write_bytes(b"")
    with refused("type" if name.endswith("json") else "unreadable" if name.endswith("mat") else "missing", file=path):
        read_emotic(path)


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "field"),
    [
        ("['Fear', 'Anger']", "['Fear', 'Angerr']", "unknown", 2, "Categorical_Labels"),
        ("['Fear', 'Anger']", "__import__('os')", "type", 2, "Categorical_Labels"),
        ("[1.0, 10.0, 5.5]", "[0.5, 10.0, 5.5]", "range", 2, "Continuous_Labels"),
        ("[1.0, 10.0, 5.5]", "[1.0, 10.0]", "type", 2, "Continuous_Labels"),
        ("[1.0, 10.0, 5.5]", "[1.0, ten, 5]", "type", 2, "Continuous_Labels"),
        ("[10, 20, 30, 40]", "[10, 20, 30, inf]", "range", 2, "BBox"),
        ("a.jpg", "", "missing", 2, "Filename"),
        ("Folder", "Ordner", "missing", None, "Folder"),
    ],
)
def test_bad_csv_names_file_line_and_column(
    csv_folder: Path, old: str, new: str, code: Code, line: int | None, field: str
) -> None:
    path = csv_folder / "emotic_train.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with refused(code, file=path, line=line, field=field):
        read_emotic(csv_folder)


def test_two_files_of_a_split_or_none_named_are_refused(csv_folder: Path, tmp_path: Path) -> None:
    more, other, empty = csv_folder / "more_train.csv", tmp_path / "persons.csv", tmp_path / "empty"
    more.write_text("", encoding="utf-8")
    empty.mkdir()
    with refused("duplicate", file=more):
        read_emotic(csv_folder)
    with refused("type", file=other):
        read_emotic(other)
    with refused("missing", file=empty):
        read_emotic(empty)


def test_labels_are_read_whatever_their_case(write_person: Callable[..., Path]) -> None:
    path = write_person(annotations_categories=np.array([[("fear",)]], dtype=[("categories", "O")]))
    assert [person.categories for person in read_emotic(path)["train"]] == [("Fear",), ("Fear",)]


@pytest.mark.parametrize(
    ("fields", "code", "field", "found"),
    [
        (
            {"annotations_categories": np.array([[("Fea",)]], dtype=[("categories", "O")])},
            "unknown",
            "person[1].annotations_categories[0].categories",
            "Fea",
        ),
        (
            {"annotations_categories": np.array([[(5,)]], dtype=[("categories", "O")])},
            "type",
            "person[1].annotations_categories[0].categories",
            5,
        ),
        (
            {"annotations_continuous": np.array([[(11, 2, 3)]], dtype=[(d, "O") for d in DIMENSIONS])},
            "range",
            "person[1].annotations_continuous[0].valence",
            11,
        ),
        (
            {"annotations_continuous": np.array([[(1, "NA", 3)]], dtype=[(d, "O") for d in DIMENSIONS])},
            "type",
            "person[1].annotations_continuous[0].arousal",
            "NA",
        ),
        ({"annotations_continuous": 5}, "type", "person[1].annotations_continuous[0]", None),
        ({"body_bbox": np.array([[1.0, 2.0, 3.0]])}, "type", "person[1].body_bbox", "[1.0, 2.0, 3.0]"),
        ({"body_bbox": np.array([[1, 2, np.nan, 3]])}, "type", "person[1].body_bbox", "[1.0, 2.0, nan, 3.0]"),
        ({"body_bbox": "none"}, "type", "person[1].body_bbox", "['none']"),
        ({"annotations_continuous": None}, "missing", "person[0].annotations_continuous", None),
    ],
)
def test_bad_mat_names_image_person_and_field(
    write_person: Callable[..., Path], fields: dict[str, Any], code: Code, field: str, found: object
) -> None:
    path = write_person(**fields)
    with refused(code, file=path, field=f"train[0].{field}", found=found):
        read_emotic(path)


@given(st.lists(st.sampled_from(["Anger", "Doubt/Confusion", "a, b", "it's", "]["])))
def test_parse_strings_reads_what_python_prints(texts: list[str]) -> None:
    assert parse_strings(str(texts)) == texts


@given(st.lists(st.floats(allow_nan=False) | st.integers(-(10**9), 10**9)))
def test_parse_numbers_reads_what_python_prints(numbers: list[float]) -> None:
    assert parse_numbers(str(numbers)) == numbers


@given(st.text())
def test_parsers_refuse_or_read_any_text_without_running_it(text: str) -> None:
    for parse in (parse_strings, parse_numbers):
        try:
            parsed = parse(text)
        except ValueError:
            continue
        assert isinstance(parsed, list)
