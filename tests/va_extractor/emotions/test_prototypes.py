"""Where labels lie: every label of every task has a published term, and the figures are that term's."""

from __future__ import annotations

import pytest

from tests.refused import refused
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.norms import norms
from va_extractor.emotions.prototypes import TERMS, prototypes, spreads


@pytest.mark.parametrize("label", [*BASIC, *EMOTIC, *(label.upper() for label in BASIC)])
def test_every_label_has_a_published_term(label: str) -> None:
    term = TERMS[label.casefold()]
    mean, spread = prototypes([label])[0], spreads([label])[0]
    if term is None:
        assert label.casefold() == "neutral"
        assert mean.tolist() == [0.0, 0.0]
    else:
        assert mean.tolist() == [norms()[term].valence, norms()[term].arousal]
    assert (spread > 0).all()


def test_terms_stand_for_known_labels_only() -> None:
    assert set(TERMS) == {label.casefold() for label in (*BASIC, *EMOTIC)}


def test_hand_picked_points() -> None:
    assert prototypes(["happiness", "Anger", "neutral"]).tolist() == [[0.81, 0.51], [-0.51, 0.59], [0.0, 0.0]]
    assert spreads(["happiness", "Anger"]).tolist() == [[0.21, 0.26], [0.20, 0.33]]


def test_an_unpublished_spread_is_the_mean_of_the_published_ones() -> None:
    for label in ("neutral", "Peace"):
        assert spreads([label])[0] == pytest.approx([0.28, 0.32], abs=0.005)


def test_a_term_of_the_norms_is_its_own_prototype() -> None:
    assert prototypes(["astonished"]).tolist() == [[0.16, 0.88]]


def test_a_label_without_a_term_is_refused() -> None:
    for place in (prototypes, spreads):
        with refused("unsupported", found="gloop"):
            place(["anger", "gloop"])
