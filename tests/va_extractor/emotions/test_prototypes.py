"""Where labels lie: every label of every task has a published term, and the figures are that term's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.prototypes import TERMS, norms, prototypes, spreads


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


def test_the_page_on_features_reviews_every_word_with_its_figures() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "features.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w/]+) \| `([\w ]+)` \(([−.\d]+), ([−.\d]+)\) \|", page, re.MULTILINE)
    assert [label for label, *_ in rows] == list(EMOTIC)
    for label, word, *figures in rows:
        assert word == TERMS[label.casefold()]
        assert [float(figure.replace("−", "-")) for figure in figures] == prototypes([label])[0].tolist()


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


@pytest.mark.parametrize(
    ("term", "means", "spreads"),
    [
        ("happy", (0.81, 0.51, 0.46), (0.21, 0.26)),
        ("angry", (-0.51, 0.59, 0.25), (0.20, 0.33)),
        ("sad", (-0.63, -0.27, -0.33), (0.23, 0.34)),
        ("fearful", (-0.64, 0.60, -0.43), (0.20, 0.32)),
        ("disgusted", (-0.60, 0.35, 0.11), (0.20, 0.41)),
        ("surprised", (0.40, 0.67, -0.13), (0.30, 0.27)),
        ("relaxed", (0.68, -0.46, 0.06), (None, None)),
        ("bored", (-0.65, -0.62, -0.33), (None, None)),
        ("excited", (0.62, 0.75, 0.38), (None, None)),
        ("astonished", (0.16, 0.88, -0.15), (None, None)),
    ],
)
def test_figures_are_the_published_ones(term: str, means: tuple[float, ...], spreads: tuple[float | None, ...]) -> None:
    norm = norms()[term]
    assert norm.term == term
    assert (norm.valence, norm.arousal, norm.dominance) == means
    assert (norm.valence_sd, norm.arousal_sd) == spreads


def test_there_are_142_terms_each_once_in_order_and_in_range() -> None:
    terms = list(norms())
    assert len(terms) == 142
    assert terms == sorted(terms)
    assert [term.strip().lower() for term in terms] == terms
    for norm in norms().values():
        assert max(abs(norm.valence), abs(norm.arousal), abs(norm.dominance)) <= 1
        assert (norm.valence_sd is None) == (norm.arousal_sd is None)


@pytest.mark.parametrize(
    "term",
    [
        "influential", "egotistical", "carefree", "grateful", "frustrated", "insecure", "defeated",
        "angry but detached", "confused",
    ],
)  # fmt: skip
def test_terms_on_which_transcriptions_disagree_are_left_out(term: str) -> None:
    assert term not in norms()
