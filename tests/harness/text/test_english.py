"""Which texts the reader can read."""

from __future__ import annotations

import pytest

from benchmarks.registers import register_texts, registers
from harness.text.english import is_english


@pytest.mark.parametrize("text", register_texts()["other_languages"])
def test_other_languages_are_not_english(text: str) -> None:
    assert not is_english(text)


def test_english_of_every_register_is_english() -> None:
    texts = [text for half in ("development", "held back") for each in registers(half).values() for text in each.texts]
    assert [text for text in texts if not is_english(text)] == []


@pytest.mark.parametrize("text", ["", "…", "Joy", "serenity, relief, gentleness", "Très bien"])
def test_too_short_to_tell_and_lists_of_emotion_words_count_as_english(text: str) -> None:
    assert is_english(text)
