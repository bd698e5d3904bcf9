"""The published figures, as they stand in the paper's table."""

from __future__ import annotations

import pytest

from va_extractor.emotions.norms import norms


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
