"""Folds of emotion words."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.text.va_folds import FOLDS, fold_of, folds_in
from va_extractor.emotions.prototypes import norms


@pytest.mark.parametrize(
    "forms",
    [
        ("sad", "sadness", "sadly"),
        ("happy", "happiness", "unhappy"),
        ("angry", "anger"),
        ("pleased", "displeased", "Pleasure"),
        ("annoyed", "mildly annoyed"),
    ],
)
def test_a_words_forms_are_in_one_fold(forms: tuple[str, ...]) -> None:
    assert len({fold_of(form) for form in forms}) == 1


def test_every_fold_has_a_fair_part_of_the_norms() -> None:
    sizes = Counter(map(fold_of, norms()))
    assert sorted(sizes) == list(range(FOLDS))
    assert min(sizes.values()) > 0.2 * len(norms())


def test_a_text_is_in_the_folds_of_its_emotion_words_denied_ones_too() -> None:
    assert folds_in("She is not happy.") == {fold_of("happy")}
    assert folds_in("Sad, angry, and calm!") == {fold_of(word) for word in ("sad", "angry", "calm")}
    assert folds_in("The table stands there.") == frozenset()
    assert all(fold_of(term) in folds_in(f"They feel {term}.") for term in norms())
