"""EMOTIC's persons become VA features: human valence and arousal, converted from 1..10 to [-1, 1]."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from va_extractor.common.csvfile import read_rows
from va_extractor.common.errors import InputError, nearest
from va_extractor.emotions.labels import describe
from va_extractor.schema import Provenance, check, features_table, item_id, to_unit, with_provenance

Merge = Literal["union", "weights"]

_LICENCE = (
    "EMOTIC: non-commercial research and education only, on request from its authors; the same holds for these rows"
)


LOW, HIGH = 1.0, 10.0
"""EMOTIC's scale of valence, arousal and dominance (Kosti et al. 2020)."""

SPLITS = ("train", "val", "test")

CITATION = (
    "Kosti, R., Alvarez, J. M., Recasens, A. & Lapedriza, A. (2020). Context Based Emotion Recognition using EMOTIC "
    "Dataset. IEEE TPAMI 42(11), 2755-2766. doi:10.1109/TPAMI.2019.2916866"
)
HOMEPAGE = "https://github.com/rkosti/emotic"


@dataclass(frozen=True)
class Person:
    """One annotated person.

    Attributes:
        image: folder and file name of the image, as EMOTIC names it: `mscoco/images/COCO_val2014_000000562243.jpg`.
        index: position among the persons of that image in the annotation file, from 0.
        box: (left, top, right, bottom) of the body in pixels, cut to the image where its size is given.
        categories: labels that any annotator gave, in EMOTIC's order.
        annotated: each annotator's own labels, in EMOTIC's order; empty where the file has merged labels only.
        vad: valence, arousal, dominance on 1..10, the mean over annotators; NaN where nobody rated.
    """

    image: str
    index: int
    box: tuple[int, int, int, int]
    categories: tuple[str, ...]
    annotated: tuple[tuple[str, ...], ...]
    vad: tuple[float, float, float]

    @property
    def name(self) -> str:
        """How a file of references names this person: `folder/filename#index`."""
        return f"{self.image}#{self.index}"

    @property
    def several(self) -> tuple[tuple[str, ...], ...] | None:
        """Each annotator's own labels; None where one annotator labelled, or they are unknown."""
        return self.annotated if len(self.annotated) > 1 else None

    @property
    def weights(self) -> tuple[float, ...] | None:
        """Votes for each category / the most votes of any; None as `several`."""
        if self.several is None:
            return None
        votes = [sum(label in labels for labels in self.several) for label in self.categories]
        return tuple(count / max(votes) for count in votes)


def features_from_emotic(
    splits: Mapping[str, Sequence[Person]],
    *,
    merge: Merge,
    salt: str,
    references: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, pa.Table]:
    """Convert EMOTIC's persons to VA features.

    Persons without categories, or whose valence or arousal nobody rated, are left out and counted in the notes.

    Args:
        splits: persons of each split, as `read_emotic` gives them.
        merge: how to merge several annotators' labels. `union`: every label that any of them gave. `weights`: the
            same, with `label_weights` = a label's votes / the most votes of any label of that person; null where there
            was one annotator. Either way `annotator_labels` has each annotator's own, where there were several.
        salt: goes into `item_id` and `cluster_id`.
        references: texts of each person, by `Person.name`; without them, our wording of the categories.

    Returns:
        A checked features table of each split, with its provenance (not yet stamped with time and commit).

    Raises:
        InputError: `weights`, but each annotator's labels are unknown; or a reference is about no person of the file.
    """
    if references is not None:
        check_items_exist(references, {person.name for persons in splits.values() for person in persons})
    return {split: _table(split, persons, merge, salt, references) for split, persons in splits.items()}


def _table(
    split: str, persons: Sequence[Person], merge: Merge, salt: str, references: Mapping[str, tuple[str, ...]] | None
) -> pa.Table:
    kept = [person for person in persons if person.categories and not any(map(math.isnan, person.vad[:2]))]
    if merge == "weights" and kept and not any(person.annotated for person in kept):
        what = f"split '{split}' has merged labels only, without votes to weigh"
        hint = "use the official Annotations.mat, or --merge union"
        raise InputError(what, code="unsupported", field="--merge", found=merge, hint=hint)
    vad = to_unit(np.array([person.vad for person in kept]).reshape(-1, 3), LOW, HIGH)
    texts = [_texts(person, references) for person in kept]
    kind = "category_wording" if references is None else "human"
    table = features_table(
        item_id=_ids(kept, salt),
        cluster_id=[item_id(salt, "emotic", person.image) for person in kept],
        valence=vad[:, 0],
        arousal=vad[:, 1],
        dominance=[None if math.isnan(value) else value for value in vad[:, 2]],
        va_source=["human"] * len(kept),
        va_status=["ok"] * len(kept),
        labels=[person.categories for person in kept],
        label_weights=[person.weights if merge == "weights" else None for person in kept],
        annotator_labels=[person.several for person in kept],
        references=texts,
        reference_kind=[kind if text else None for text in texts],
    )
    return with_provenance(check(table, f"EMOTIC {split}"), _provenance(persons, kept, merge))


def _ids(persons: Sequence[Person], salt: str) -> list[str]:
    """Identify each person by image and box, so that both file forms give the same ids."""
    seen: Counter[tuple[object, ...]] = Counter()
    ids = []
    for person in persons:
        key = (person.image, *person.box)
        ids.append(item_id(salt, "emotic", *key, seen[key]))
        seen[key] += 1
    return ids


def _texts(person: Person, references: Mapping[str, tuple[str, ...]] | None) -> tuple[str, ...]:
    return (describe(person.categories),) if references is None else references.get(person.name, ())


def _provenance(persons: Sequence[Person], kept: Sequence[Person], merge: Merge) -> Provenance:
    known = any(person.annotated for person in kept)
    alone = sum(len(person.annotated) == 1 for person in kept)
    notes = [
        f"{len(persons) - len(kept)} of {len(persons)} annotated persons left out: no category, or valence or arousal "
        "not rated."
    ]
    if known:
        notes.append(f"{alone} of the {len(kept)} persons were labelled by one annotator.")
    else:
        notes.append("The file has merged labels only; the number of annotators is unknown.")
    return Provenance(
        source="emotic",
        title="EMOTIC: people in context, valence, arousal and dominance rated by people",
        licence=_LICENCE,
        citation=CITATION,
        homepage=HOMEPAGE,
        original_scale=(LOW, HIGH),
        annotator_merge="single" if kept and alone == len(kept) else merge,
        notes=" ".join(notes),
    )


def read_references(path: Path) -> dict[str, tuple[str, ...]]:
    """Read texts that describe items; an item may have several rows.

    Returns:
        The texts of each item, in the file's order.

    Raises:
        InputError: the file cannot be read, or a cell is empty.
    """
    texts: dict[str, tuple[str, ...]] = {}
    for row in read_rows(path, ["item", "text"]):
        item = row.text("item")
        texts[item] = (*texts.get(item, ()), row.text("text"))
    return texts


def check_items_exist(references: Mapping[str, tuple[str, ...]], items: Collection[str]) -> None:
    """Check that every text is about an item that exists.

    Raises:
        InputError: the first item that does not; the hint is the nearest one that does.
    """
    for item in references:
        if item not in items:
            raise InputError(
                "no such item", code="unknown", field="--references", found=item, hint=nearest(item, items)
            )
