"""Our wording of the category labels."""

from __future__ import annotations

from tests.refused import refused
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.wording import PHRASES, describe


def test_every_known_label_has_a_phrase_and_no_other() -> None:
    assert sorted(PHRASES) == sorted({*BASIC, *EMOTIC})
    for labels in (BASIC, EMOTIC):
        assert len({PHRASES[label] for label in labels}) == len(labels)


def test_sentences_list_the_labels_in_order() -> None:
    assert describe(["Peace"]) == "The person is calm and at rest with the world."
    assert describe(["Fear", "Yearning", "Esteem"]) == (
        "The person is frightened and wants to be safe, longs for something out of reach and looks up to someone."
    )


def test_nothing_to_say() -> None:
    with refused("missing"):
        describe([])
    with refused("unsupported", found="Joy"):
        describe(["Fear", "Joy"])
