"""Look-alikes of EMOTIC's annotation files, small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

Struct = np.ndarray


def struct(**fields: Any) -> Struct:
    array = np.empty((1,), dtype=[(name, "O") for name in fields])
    for name, value in fields.items():
        array[name][0] = value
    return array


def array_of(*structs: Struct) -> Struct:
    return np.concatenate(structs)


def cell(*texts: str) -> np.ndarray:
    array = np.empty((len(texts),), dtype=object)
    array[:] = texts
    return array


def labels(*texts: str) -> Struct:
    return struct(categories=cell(*texts))


def rating(valence: float, arousal: float, dominance: float) -> Struct:
    return struct(valence=valence, arousal=arousal, dominance=dominance)


def person(**fields: Any) -> Struct:
    fields.setdefault("body_bbox", np.array([[10.0, 20.0, 30.0, 40.0]]))
    return struct(**fields, gender="Male", age="Adult")


def image(name: str, people: Any) -> Struct:
    size = struct(n_col=640, n_row=480)
    return struct(filename=name, folder="mscoco/images", image_size=size, person=people)


NOBODY = np.zeros((0, 0))
NAN = float("nan")


def look_alike() -> dict[str, Struct]:
    """Three splits: single and several persons, one and several annotators, empty fields, unrated people."""
    train = array_of(
        image(
            "a.jpg",
            array_of(
                person(annotations_categories=labels("Fear", "Anger"), annotations_continuous=rating(1, 10, 5.5)),
                person(annotations_categories=labels("Peace"), annotations_continuous=rating(NAN, NAN, NAN)),
            ),
        ),
        image(
            "b.jpg",
            person(
                body_bbox=np.array([[-5.7, 3.2, 900.0, 100.9]]),
                annotations_categories=labels("Happiness"),
                annotations_continuous=rating(10, 1, NAN),
            ),
        ),
    )
    val = image(
        "c.jpg",
        person(
            annotations_categories=array_of(labels("Fear", "Pain"), labels("Fear"), labels("Fear", "Anger", "Pain")),
            combined_categories=cell("Anger", "Fear", "Pain"),
            annotations_continuous=array_of(rating(2, 4, 6), rating(4, 4, 7), rating(3, 7, 8)),
            combined_continuous=rating(3, 5, 7),
        ),
    )
    test = array_of(
        image(
            "d.jpg",
            array_of(
                person(
                    annotations_categories=labels("Doubt/Confusion"),
                    combined_categories=cell("Doubt/Confusion"),
                    annotations_continuous=array_of(rating(4, 5, 6), rating(NAN, NAN, NAN), rating(5, 6, 7)),
                    combined_continuous=rating(NAN, NAN, NAN),
                ),
                person(
                    annotations_categories=NOBODY,
                    combined_categories=NOBODY,
                    annotations_continuous=NOBODY,
                    combined_continuous=NOBODY,
                ),
            ),
        ),
        image("e.jpg", NOBODY),
    )
    return {"train": train, "val": val, "test": test}


@pytest.fixture
def write_mat(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def write(content: dict[str, Any]) -> Path:
        path = tmp_path / "Annotations.mat"
        savemat(path, content)
        return path

    return write


@pytest.fixture
def mat_file(write_mat: Callable[[dict[str, Any]], Path]) -> Path:
    return write_mat(look_alike())


@pytest.fixture
def write_person(write_mat: Callable[[dict[str, Any]], Path]) -> Callable[..., Path]:
    """Write a file whose second person has the given fields."""

    def write(**fields: Any) -> Path:
        whole = {
            "body_bbox": np.array([[10.0, 20.0, 30.0, 40.0]]),
            "annotations_categories": labels("Fear"),
            "annotations_continuous": rating(1, 2, 3),
        }
        changed = {name: value for name, value in (whole | fields).items() if value is not None}
        if set(changed) != set(whole):
            return write_mat({"train": image("a.jpg", struct(**changed))})
        return write_mat({"train": image("a.jpg", array_of(struct(**whole), struct(**changed)))})

    return write


CSV = {
    "train": """\
0,mscoco/images,a.jpg,"[640, 480]","[10, 20, 30, 40]","['Fear', 'Anger']","[1.0, 10.0, 5.5]",Male,Adult
1,mscoco/images,b.jpg,"[640, 480]","[0, 3, 640, 100]",['Happiness'],"[10.0, 1.0, nan]",Male,Adult
""",
    "val": """\
0,mscoco/images,c.jpg,"[640, 480]","[10, 20, 30, 40]","['Anger', 'Fear', 'Pain']","[3.0, 5.0, 7.0]",Male,Adult
""",
    "test": """\
0,mscoco/images,d.jpg,"[640, 480]","[10, 20, 30, 40]",['Doubt/Confusion'],"[4.5, 5.5, 6.5]",Male,Adult
""",
}
HEADER = "Index,Folder,Filename,Image Size,BBox,Categorical_Labels,Continuous_Labels,Gender,Age\n"


@pytest.fixture
def csv_folder(tmp_path: Path) -> Path:
    """Write the CSV form of the same people, but for the unrated ones, as the common converter leaves them out."""
    folder = tmp_path / "csv"
    folder.mkdir()
    for split, rows in CSV.items():
        (folder / f"emotic_{split}.csv").write_text(HEADER + rows, encoding="utf-8")
    return folder
