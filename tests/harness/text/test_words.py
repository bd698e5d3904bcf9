"""Negation scope, on sentences read by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.text.words import words


def negated(text: str) -> set[str]:
    return {word.text for word in words(text) if word.negated}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("She is not happy.", "happy"),
        ("He isn't angry.", "angry"),
        ("He isn’t angry.", "angry"),
        ("There is no hint of any fear.", "fear"),
        ("neither sad nor tired", "tired"),
        ("far from calm", "calm"),
        ("anything but bored", "bored"),
        ("without a trace of joy", "joy"),
        ("free from worry", "worry"),
        ("no longer tense", "tense"),
        ("Sadness is absent.", "sadness"),
        ("Anger and fear are entirely absent here.", "anger"),
        ("Any sign of joy is notably missing.", "joy"),
        ("Calm is lacking, and tension rises.", "calm"),
        ("Energy is high but joy is nowhere to be seen.", "joy"),
        ("Absent are fear and disgust.", "disgust"),
        ("What is missing is joy.", "joy"),
        ("a face void of anger", "anger"),
    ],
)
def test_denied(text: str, word: str) -> None:
    assert word in negated(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("She is not sad, but happy.", "happy"),
        ("not sad but happy", "happy"),
        ("No. Happy!", "happy"),
        ("not only calm", "calm"),
        ("nothing but joy", "joy"),
        ("no doubt angry", "angry"),
        ("She isn't just sad, she is furious", "sad"),
        ("cannot help feeling joy", "joy"),
        ("can't help feeling joy", "joy"),
        ("a notable joy", "joy"),
        ("He is happy and sadness is absent.", "happy"),
        ("Energy is high but joy is nowhere to be seen.", "high"),
        ("The sad person is missing her mother.", "sad"),
        ("The happy man is lacking energy.", "happy"),
        ("Sadness is not absent.", "sadness"),
        ("an absent-minded calm", "calm"),
        ("Joy, where anger is absent", "joy"),
        ("not that anyone in the whole house would ever say, yet happy", "happy"),
    ],
)
def test_affirmed(text: str, word: str) -> None:
    assert word in {w.text for w in words(text)}
    assert word not in negated(text)


def test_words_are_lower_case_and_keep_hyphens_and_apostrophes() -> None:
    assert [w.text for w in words("Well-being isn't Everything!")] == ["well-being", "isn't", "everything"]


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    found = words(text)
    assert all(w.text and w.text == w.text.lower() for w in found)
    assert len(found) <= len(text)
