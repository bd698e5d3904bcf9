"""Answers of whatever form, read by what was asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.kinds import Kind
from harness.reading import read
from leaderboard.schema import Answer
from tests.making import item
from va_extractor.labels import BASIC, EMOTIC


@given(scores=st.lists(st.floats(-1e3, 0, allow_nan=False), min_size=7, max_size=7))
def test_from_loglikelihoods_the_highest_is_the_answer(scores: list[float]) -> None:
    parsed = read(Kind.SINGLE_LABEL, item(labels=BASIC[:1], choices=BASIC), Answer(loglikelihoods=tuple(scores)))
    assert parsed.labels == (BASIC[scores.index(max(scores))],)


def test_an_answer_is_read_by_its_kind() -> None:
    both = Answer(text="Anger, Fear")
    assert read(Kind.SINGLE_LABEL, item(labels=EMOTIC[:1], choices=EMOTIC), both).status == "unparsed"
    assert read(Kind.CHOICE, item(labels=EMOTIC[:1], choices=EMOTIC), both).status == "unparsed"
    assert read(Kind.MULTI_LABEL, item(labels=EMOTIC[:1], choices=EMOTIC), both).labels == ("Anger", "Fear")
    assert read(Kind.DESCRIPTION, item(labels=EMOTIC[:1], choices=EMOTIC), both).text == "Anger, Fear"
    assert (
        read(Kind.RANKING, item(labels=EMOTIC[:1], choices=EMOTIC), Answer(loglikelihoods=(0.0,) * 26)).status == "ok"
    )
