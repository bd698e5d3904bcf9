"""The ontology covers every label of the known sources and has the shape of a tree."""

from __future__ import annotations

import numpy as np
import pytest

from harness.metrics import ontology
from va_extractor.emotions.labels import BASIC, EMOTIC


@pytest.mark.parametrize("labels", [BASIC, EMOTIC])
def test_every_known_label_has_a_group_and_a_pole(labels: tuple[str, ...]) -> None:
    assert ontology.groups(labels) is not None
    assert set(ontology.poles(labels) or ()) == {"negative", "positive", "ambiguous", "neutral"}


def test_credit_is_symmetric_and_full_on_the_diagonal_only() -> None:
    credit = ontology.credit(EMOTIC)
    assert credit is not None
    assert (credit == credit.T).all()
    assert ((credit == 1) == np.eye(26, dtype=bool)).all()


def test_a_label_outside_of_it_has_no_credit() -> None:
    assert ontology.groups(("anger", "ennui")) is None
    assert ontology.credit(("anger", "ennui")) is None
    assert ontology.credit(()) is None
