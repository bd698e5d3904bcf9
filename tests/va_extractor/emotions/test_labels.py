"""Spelling of labels."""

from __future__ import annotations

import pytest

from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import BASIC, EMOTIC, known_label, nearest


@pytest.mark.parametrize("label", EMOTIC)
def test_case_and_blanks_are_of_no_matter(label: str) -> None:
    assert known_label(f" {label.upper()} ", EMOTIC, "here") == label


@pytest.mark.parametrize(("name", "meant"), [("Disquitement", "Disquietment"), ("Doubt", "Doubt/Confusion")])
def test_an_unknown_label_is_refused_with_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf"^here: unknown label '{name}'; the nearest known one is '{meant}'$"):
        known_label(name, EMOTIC, "here")


def test_nearest_always_names_one() -> None:
    assert nearest("", BASIC) in BASIC
    assert nearest("happyness", BASIC) == "happiness"


def test_the_sets_have_the_published_sizes() -> None:
    assert (len(set(BASIC)), len(set(EMOTIC))) == (7, 26)
    assert list(EMOTIC) == sorted(EMOTIC)
