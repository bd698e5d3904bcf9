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

from va_extractor.annotations.emotic import read_emotic
from va_extractor.annotations.emotic.table import parse_numbers, parse_strings
from va_extractor.common.errors import InputError

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
    assert fearful.annotators == 1
    assert fearful.vad == (1, 10, 5.5)
    assert all(math.isnan(value) for value in unrated.vad)
    assert happy.box == (0, 3, 640, 100)  # cut to the image, fractions dropped
    assert happy.vad[:2] == (10, 1)
    assert math.isnan(happy.vad[2])
    (several,) = splits["val"]
    assert several.categories == ("Anger", "Fear", "Pain")
    assert several.votes == (1, 3, 2)
    assert several.annotators == 3
    assert several.vad == (3, 5, 7)


def test_mat_without_combined_ratings_takes_the_mean_of_those_who_rated(mat_file: Path) -> None:
    confused, nobody = read_emotic(mat_file)["test"]
    assert confused.vad == (4.5, 5.5, 6.5)
    assert nobody.categories == ()
    assert nobody.annotators is None


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
    with pytest.raises(InputError, match=r"Annotations.mat: has none of the structs train, val, test"):
        read_emotic(write_mat({"other": 1}))


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_truncated_mat_is_refused(mat_file: Path, kept: float) -> None:
    whole = mat_file.read_bytes()
    mat_file.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(InputError, match=r"Annotations.mat: "):
        read_emotic(mat_file)


def test_hdf5_mat_is_refused_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "Annotations.mat"
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"  # version 0x0200, little-endian
    path.write_bytes(header + b"\x89HDF\r\n\x1a\n" + bytes(512))
    with pytest.raises(InputError, match=r"save it in MATLAB with the option -v7"):
        read_emotic(path)


@pytest.mark.parametrize("name", ["absent.mat", "absent_test.csv"])
def test_missing_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: (no such file|cannot be read: No such file)"):
        read_emotic(tmp_path / name)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is neither a .mat file, a .csv file nor a folder"):
        read_emotic(tmp_path / "annotations.json")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("['Fear', 'Anger']", "['Fear', 'Angerr']", r"train.csv:2, column 'Categorical_Labels'.*nearest.*'Anger'"),
        ("['Fear', 'Anger']", "__import__('os')", r"train.csv:2, column 'Categorical_Labels'.*is not a list"),
        ("[1.0, 10.0, 5.5]", "[0.5, 10.0, 5.5]", r"train.csv:2, column 'Continuous_Labels': 0.5 lies outside 1..10"),
        ("[1.0, 10.0, 5.5]", "[1.0, 10.0]", r"train.csv:2, column 'Continuous_Labels'.*has not 3 numbers"),
        ("[1.0, 10.0, 5.5]", "[1.0, ten, 5]", r"train.csv:2, column 'Continuous_Labels'.*not a list of numbers"),
        ("[10, 20, 30, 40]", "[10, 20, 30, inf]", r"train.csv:2, column 'BBox'.*is not a box"),
        ("a.jpg", "", r"train.csv:2, column 'Filename': is empty"),
        (",Male,Adult\n1", ",Male\n1", r"train.csv:2: has not as many cells as the header \(9\)"),
        ("Folder", "Ordner", r"train.csv: column 'Folder' is missing; it has Index, Ordner"),
    ],
)
def test_bad_csv_names_file_line_and_column(csv_folder: Path, old: str, new: str, message: str) -> None:
    path = csv_folder / "emotic_train.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_emotic(csv_folder)


def test_two_files_of_a_split_or_none_named_are_refused(csv_folder: Path, tmp_path: Path) -> None:
    (csv_folder / "more_train.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"split 'train' is also in emotic_train.csv"):
        read_emotic(csv_folder)
    with pytest.raises(InputError, match=r"must hold exactly one of train, val, test"):
        read_emotic(tmp_path / "persons.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no CSV file in this folder"):
        read_emotic(tmp_path / "empty")


def test_labels_are_read_whatever_their_case(write_person: Callable[..., Path]) -> None:
    path = write_person(annotations_categories=np.array([[("fear",)]], dtype=[("categories", "O")]))
    assert [person.categories for person in read_emotic(path)["train"]] == [("Fear",), ("Fear",)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"annotations_categories": np.array([[("Fea",)]], dtype=[("categories", "O")])},
            r"train\[0\].person\[1\].annotations_categories\[0\].categories: unknown label 'Fea'.*'Fear'",
        ),
        (
            {"annotations_categories": np.array([[(5,)]], dtype=[("categories", "O")])},
            r"person\[1\].annotations_categories\[0\].categories: 5 is not text",
        ),
        (
            {"annotations_continuous": np.array([[(11, 2, 3)]], dtype=[(d, "O") for d in DIMENSIONS])},
            r"person\[1\].annotations_continuous\[0\].valence: 11 lies outside 1..10",
        ),
        (
            {"annotations_continuous": np.array([[(1, "NA", 3)]], dtype=[(d, "O") for d in DIMENSIONS])},
            r"person\[1\].annotations_continuous\[0\].arousal: 'NA' is not a number",
        ),
        ({"annotations_continuous": 5}, r"person\[1\].annotations_continuous\[0\]: is not a struct"),
        ({"body_bbox": np.array([[1.0, 2.0, 3.0]])}, r"person\[1\].body_bbox: .* is not four numbers"),
        ({"body_bbox": np.array([[1.0, 2.0, np.nan, 3.0]])}, r"person\[1\].body_bbox: .* is not four numbers"),
        ({"body_bbox": "none"}, r"person\[1\].body_bbox: .* is not four numbers"),
        ({"annotations_continuous": None}, r"person\[0\]: field 'annotations_continuous' is missing; it has body_bbox"),
    ],
)
def test_bad_mat_names_image_person_and_field(
    write_person: Callable[..., Path], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_emotic(write_person(**fields))


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
