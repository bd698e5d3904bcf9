"""Beginning and end of a described change: taken apart where both stand there and nothing else, refused otherwise."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.text.parts import Parts, parts

CALM, ANGRY = "The person feels calm.", "They are angry!"


@pytest.mark.parametrize(
    "text",
    [
        "At first, the person feels calm. In the end, they are angry!",
        "At first, the person feels calm.\nIn the end, they are angry!",
        "at first the person feels calm. in the end they are angry!",
        "**At first:** the person feels calm.\n\n**In the end:** they are angry!",
        "At first:\nThe person feels calm.\n\nIn the end:\nThey are angry!",
        "1. At first, the person feels calm.\n2. In the end, they are angry!",
        "1) At first, the person feels calm. 2) In the end, they are angry!",
        "**1. At first**, the person feels calm.\n\n**2. In the end**, they are angry!",
        "- _At first_, the person feels calm.\n- _In the end_, they are angry!",
        '"At first, the person feels calm. In the end, they are angry!"',
        "Here are the two sentences:\n\nAt first, the person feels calm.\nIn the end, they are angry!\n",
        "At first, the person feels calm.In the end, they are angry!",
    ],
)
def test_the_two_sentences_are_found_however_they_are_set(text: str) -> None:
    assert parts(text) == Parts(CALM, ANGRY)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The person becomes angry.", 'no sentence begins with "At first"'),
        ("At first, calm; in the end, angry.", 'no sentence begins with "In the end"'),
        ("Calm at first. Angry in the end.", 'no sentence begins with "At first"'),
        ("In the end, angry. At first, calm.", '"In the end" is before "At first"'),
        ("At first, calm. In the end, angry. At first, calm. In the end, sad.", '2 sentences begin with "At first"'),
        ("At first, calm. Then they boil over. In the end, angry.", 'more than one sentence follows "At first"'),
        ("At first, calm. In the end, angry.\nI hope this helps.", 'more than one sentence follows "In the end"'),
        ("They are elated. At first, calm. In the end, angry.", 'something is before "At first"'),
        ("At first. In the end, angry.", 'nothing follows "At first"'),
        ("At first, calm. In the end:", 'nothing follows "In the end"'),
    ],
)
def test_anything_else_is_not_read_and_says_why(text: str, why: str) -> None:
    assert parts(text) == why


WORDS = st.lists(st.sampled_from(["calm", "angry", "first", "the", "end", "in", "at", "e.g", "3.5"]), min_size=1)


@given(WORDS, WORDS)
@example(["3.5"], ["5"])
@example(["calm", "5"], ["calm"])
def test_no_word_of_either_sentence_is_lost_or_changes_sides(one: list[str], other: list[str]) -> None:
    found = parts(f"At first, {' '.join(one)}. In the end, {' '.join(other)}.")
    assert isinstance(found, Parts)
    assert found.first.casefold() == f"{' '.join(one)}."
    assert found.last.casefold() == f"{' '.join(other)}."


@given(
    st.lists(st.sampled_from(["At first", "In the end", "x", ".", "\n", ":", "*", "_", "1.", " ", "…", "\U0001f600"]))
)
def test_whatever_is_read_is_one_line_of_words_a_part(pieces: list[str]) -> None:
    found = parts("".join(pieces))
    if isinstance(found, Parts):
        assert all(any(letter.isalnum() for letter in part) and "\n" not in part for part in (found.first, found.last))
    else:
        assert found
