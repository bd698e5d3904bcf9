"""Spelling of labels."""

from __future__ import annotations

import pytest

from tests.refused import refused
from va_extractor.emotions.labels import EMOTIC, known_label


@pytest.mark.parametrize("label", EMOTIC)
def test_case_and_blanks_are_of_no_matter(label: str) -> None:
    assert known_label(f" {label.upper()} ", EMOTIC) == label


@pytest.mark.parametrize(("name", "meant"), [("Disquitement", "Disquietment"), ("Doubt", "Doubt/Confusion")])
def test_an_unknown_label_is_refused_with_the_nearest(name: str, meant: str) -> None:
    with refused("unknown", field="here", found=name, hint=f"the nearest is {meant!r}"):
        known_label(name, EMOTIC, field="here")
