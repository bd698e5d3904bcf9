"""EMOTIC's images: one item a person, the face being inside the person's box."""

from __future__ import annotations

from pathlib import Path

from va_extractor.annotations.emotic import read_emotic
from va_extractor.annotations.emotic.features import Person
from va_extractor.emotions.labels import describe
from va_extractor.sources import ImageItem, need_folder, some_files_exist


def list_items(annotations: Path, images: Path) -> list[ImageItem]:
    """List EMOTIC's people, with every label that any annotator gave and our wording of them.

    A box outside its image gives a row with the status `no_face`.

    Args:
        annotations: `Annotations.mat`, its CSV form or a folder of CSV files.
        images: folder with `mscoco/`, `framesdb/`, `emodb_small/` and `ade20k/`.

    Raises:
        InputError: the annotations are wrong (see `read_emotic`), or no image is there.
    """
    root = need_folder(images)
    splits = read_emotic(annotations)
    items = [_item(person, split, root) for split, persons in splits.items() for person in persons]
    return some_files_exist(items, annotations)


def _item(person: Person, split: str, root: Path) -> ImageItem:
    return ImageItem(
        path=root / person.image,
        labels=person.categories,
        cluster=person.image,
        split=split,
        box=person.box,
        label_weights=person.weights,
        annotator_labels=person.several,
        references=(describe(person.categories),) if person.categories else (),
        reference_kind="category_wording" if person.categories else None,
    )
