"""Label sets, their spelling, wording and ids."""

from __future__ import annotations

import hashlib

import pytest

from va_extractor.errors import InputError
from va_extractor.identity import item_id
from va_extractor.labels import BASIC, EMOTIC, known_label
from va_extractor.wording import PHRASES, describe


def test_the_sets_have_the_published_sizes() -> None:
    assert (len(set(BASIC)), len(set(EMOTIC))) == (7, 26)
    assert list(EMOTIC) == sorted(EMOTIC)


@pytest.mark.parametrize("name", ["doubt/confusion", " Doubt/Confusion ", "DOUBT/CONFUSION"])
def test_spelling_of_labels_is_forgiven(name: str) -> None:
    assert known_label(name, EMOTIC, "f") == "Doubt/Confusion"


def test_an_unknown_label_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"^f, row 2: unknown label 'Hapiness'.*'Happiness'"):
        known_label("Hapiness", EMOTIC, "f, row 2")


def test_every_label_has_a_wording_that_does_not_name_it() -> None:
    assert set(PHRASES) == {*BASIC, *EMOTIC}
    assert len({PHRASES[label] for label in EMOTIC}) == 26


def test_labels_are_worded_in_their_order() -> None:
    assert describe(["Peace"]) == "The person is calm and at rest with the world."
    assert describe(["Fear", "Pain", "Peace"]) == (
        "The person is frightened and wants to be safe, winces because the body hurts and is calm and at rest with the "
        "world."
    )


@pytest.mark.parametrize(("labels", "words"), [([], "no label"), (["Peace", "Gloop"], "'Gloop'")])
def test_what_cannot_be_worded_is_named(labels: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        describe(labels)


def test_ids_are_salted_hashes_that_keep_parts_apart() -> None:
    assert item_id("salt", "a", 1) == hashlib.sha256(b'["salt", "a", 1]').hexdigest()[:20]
    ids = {
        item_id("s", "ab", "c"),
        item_id("s", "a", "bc"),
        item_id("sa", "b", "c"),
        item_id("s", 1),
        item_id("s", "1"),
    }
    assert len(ids) == 5
