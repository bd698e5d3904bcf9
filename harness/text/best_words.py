"""Search for the emotion words that score highest on `wheel_f1` (first level) for items with known labels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np

from harness.stats.arrays import Floats, Ints
from harness.text.emotion_words import WHEELS, Places, find_terms, label_places, places
from va_extractor.emotions.prototypes import norms

MOST = 3


def best_words(labels: Sequence[Collection[str]], groups: Sequence[Ints]) -> list[tuple[str, ...]]:
    """Return, for each group of items, the words with the highest mean `wheel_f1` if every item of it gets them.

    Args:
        labels: annotated labels of n items.
        groups: indexes of the items of each of q groups.

    Returns:
        q answers of up to `MOST` published terms; empty ones where no label of the group has a family.
    """
    named = {found: term for term in reversed(norms()) if any(found := places(find_terms(term), 1))}
    answers = [answer for size in range(1, MOST + 1) for answer in combinations(named, size)]
    said = [tuple(frozenset[str]().union(*wheel) for wheel in zip(*answer, strict=True)) for answer in answers]
    at = [label_places(names, 1) for names in labels]
    true = [one for one in dict.fromkeys(at) if any(one)]
    if not true or not groups:
        return [()] * len(groups)
    known = {one: index for index, one in enumerate(true)}
    row = np.array([known.get(one, -1) for one in at])
    counts = [np.bincount(row[group][row[group] >= 0], minlength=len(true)) for group in groups]
    best = (np.array(counts) @ _f1(said, true).T).argmax(axis=1)
    words = [tuple(named[one] for one in answers[place]) for place in best]
    return [given if count.any() else () for given, count in zip(words, counts, strict=True)]


def _f1(said: Sequence[Places], true: Sequence[Places]) -> Floats:
    """Return (a, t) means over wheels of the F1 of a answers with t truths; wheels without a true node do not count."""
    scores = []
    for wheel in range(len(WHEELS)):
        nodes = sorted(frozenset[str]().union(*(one[wheel] for one in (*said, *true))))
        found, known = (
            np.array([[node in one[wheel] for node in nodes] for one in each], dtype=np.float64)
            for each in (said, true)
        )
        sizes = found.sum(axis=1)[:, None] + known.sum(axis=1)
        scores.append(np.where(known.any(axis=1), 2 * (found @ known.T) / np.maximum(sizes, 1), np.nan))
    return np.asarray(np.nanmean(scores, axis=0))
