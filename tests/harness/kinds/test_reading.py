"""Answers of whatever form, read by what was asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.kinds import get
from harness.kinds.reading import read, to_answer
from harness.record import Answer
from tests.making import item
from va_extractor.emotions.labels import BASIC, EMOTIC


@given(scores=st.lists(st.floats(-1e3, 0, allow_nan=False), min_size=7, max_size=7))
def test_from_loglikelihoods_the_highest_is_the_answer(scores: list[float]) -> None:
    parsed = read(get("single_label"), item(labels=BASIC[:1], choices=BASIC), Answer(loglikelihoods=tuple(scores)))
    assert parsed.labels == (BASIC[scores.index(max(scores))],)


def test_an_answer_is_read_by_its_kind() -> None:
    both = Answer(text="Anger, Fear")
    assert read(get("single_label"), item(labels=EMOTIC[:1], choices=EMOTIC), both).status == "unparsed"
    assert read(get("choice"), item(labels=EMOTIC[:1], choices=EMOTIC), both).status == "unparsed"
    assert read(get("multi_label"), item(labels=EMOTIC[:1], choices=EMOTIC), both).labels == ("Anger", "Fear")
    assert read(get("description"), item(labels=EMOTIC[:1], choices=EMOTIC), both).text == "Anger, Fear"
    assert (
        read(get("ranking"), item(labels=EMOTIC[:1], choices=EMOTIC), Answer(loglikelihoods=(0.0,) * 26)).status == "ok"
    )


@pytest.mark.parametrize(
    ("answer", "status", "labels"),
    [
        (Answer(missing="status 500"), "missing", ()),
        (Answer(text="joy", missing="cut off"), "missing", ()),
        (Answer(text="joy", finish="stop"), "ok", ("joy",)),
        (Answer(text="joy", finish="length"), "ok", ("joy",)),
        (Answer(text="", finish="length", reasoning="joy"), "truncated", ()),
        (Answer(text="<think>joy", finish="length"), "truncated", ()),
        (Answer(text="jo", finish="length"), "truncated", ()),
        (Answer(text="I'm sorry, but I", finish="length"), "refused", ()),
        (Answer(text="joy", finish="content_filter"), "filtered", ()),
        (Answer(text="joy", finish="refusal"), "refused", ()),
        (Answer(text="", reasoning="joy"), "empty", ()),
    ],
)
def test_how_an_answer_ended_decides_before_its_text(answer: Answer, status: str, labels: tuple[str, ...]) -> None:
    parsed = read(get("single_label"), item(0, labels=["joy"], choices=["joy", "fear"]), answer)
    assert (parsed.status, parsed.labels) == (status, labels)


def test_one_choice_that_is_missing_leaves_none_of_them() -> None:
    absent = Answer(missing="status 500")
    assert to_answer([(-1.0, True), absent]) == absent
