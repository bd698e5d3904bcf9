"""The words that score highest for a group of items, against a search over all pairs of words."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from harness.text.best_words import best_words
from harness.text.emotion_words import wheel_f1
from va_extractor.emotions.prototypes import norms

LABELS = [("happiness",), ("happiness", "excitement"), ("sadness",), ("anger", "fear"), ("neutral",), ("peace",)]


def worth(words: tuple[str, ...], group: list[int]) -> float:
    labels = [LABELS[place] for place in group]
    return float(np.nanmean(wheel_f1([" and ".join(words)] * len(group), labels, 1)))


@pytest.mark.parametrize("group", [[0], [0, 1, 2], [2, 3], [0, 1, 2, 3, 4, 5], [4, 5]])
def test_no_one_or_two_terms_score_higher_for_a_group(group: list[int]) -> None:
    [words] = best_words(LABELS, [np.array(group)])
    some = list(norms())[::4]
    rivals = [(term,) for term in norms()] + list(combinations(some, 2))
    assert worth(words, group) >= max(worth(rival, group) for rival in rivals) - 1e-9


def test_items_without_a_family_have_no_words() -> None:
    assert best_words([("neutral",), ("unheard of",)], [np.array([0, 1])]) == [()]
    assert best_words(LABELS, [np.array([4]), np.array([0])])[0] == ()
