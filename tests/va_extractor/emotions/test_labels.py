"""Spelling of labels."""

from __future__ import annotations

import pytest

from tests.refused import refused
from va_extractor.emotions.labels import BASIC, EMOTIC, PHRASES, describe, known_label


@pytest.mark.parametrize("label", EMOTIC)
def test_case_and_blanks_are_of_no_matter(label: str) -> None:
    assert known_label(f" {label.upper()} ", EMOTIC) == label


@pytest.mark.parametrize(("name", "meant"), [("Disquitement", "Disquietment"), ("Doubt", "Doubt/Confusion")])
def test_an_unknown_label_is_refused_with_the_nearest(name: str, meant: str) -> None:
    with refused("unknown", field="here", found=name, hint=f"the nearest is {meant!r}"):
        known_label(name, EMOTIC, field="here")


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
