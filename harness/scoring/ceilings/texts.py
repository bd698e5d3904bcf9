"""Predictors from valence and arousal of texts: published terms, the likeliest label, words and texts of near items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from harness.kinds.arrays import points
from harness.kinds.description import nearest_terms, sentence
from harness.record import Answer, Item
from harness.scoring.baselines.scores import NEIGHBOURS
from harness.scoring.ceilings.labels import LOOKUP, row_scores
from harness.stats.arrays import Ints
from harness.tasks.documents import EVALUATED, FITTED, Question, split
from harness.text.best_words import best_words

RETRIEVAL = "retrieval"
TERMS = "terms"
NEIGHBOURHOOD = "neighbourhood"


def description_ceilings(asked: Question, items: Sequence[Item]) -> dict[str, list[Answer]]:
    """Answer n items that ask for a description: by naming terms or the likeliest label, and by retrieval.

    `terms` are four published terms whose mean is nearest to the point: several words lower the reader's error.
    Retrieval gives the reference of the item nearest in VA; there is none without another cluster to take it from.
    Looking labels up bounds no text, and is left out.
    """
    by_row = row_scores(asked, items)
    said = {
        name: [Answer(text=sentence(by_row.labels[place].casefold())) for place in scores[by_row.rows].argmax(axis=1)]
        for name, scores in by_row.scores.items()
        if name != LOOKUP
    }
    known, apart = _known(asked)
    quotable = [item for item in known if item.references]
    nearest = _nearest(items, quotable, 1, apart=apart)
    quoted = [Answer(text=quotable[places[0]].references[0]) for places in nearest]
    terms = [Answer(text=sentence(*words)) for words in nearest_terms(items, 4)]
    return {TERMS: terms} | ({RETRIEVAL: quoted} if quoted else {}) | said | neighbourhood(asked, items)


def neighbourhood(asked: Question, items: Sequence[Item]) -> dict[str, list[Answer]]:
    """Answer n items by the words with the highest mean `wheel_f1` for the items nearest in VA.

    Empty if answers hold no free words, or an item has no neighbours or none with a label on a wheel.
    """
    known, apart = _known(asked)
    words = best_words([item.labels for item in known], _nearest(items, known, NEIGHBOURS, apart=apart))
    said = [asked.kind.say_words(each) for each in words if each]
    complete = len(said) == len(items) and None not in said
    return {NEIGHBOURHOOD: [Answer(text=text) for text in said]} if complete else {}


def _known(asked: Question) -> tuple[Sequence[Item], bool]:
    """Return the items to learn from, and whether only those of other clusters may be used."""
    question = Question(asked.kind, asked.features, asked.source)
    train = split(question, FITTED).items
    return train or split(question, EVALUATED).items, not train


def _nearest(items: Sequence[Item], known: Sequence[Item], count: int, *, apart: bool) -> list[Ints]:
    """Return for each item the places of up to `count` known ones nearest to it, of other clusters where `apart`.

    Empty where an item has none.
    """
    from sklearn.neighbors import NearestNeighbors

    if not known:
        return []
    clusters = [item.cluster_id for item in known]
    reach = min(len(known), count + (max(Counter(clusters).values()) if apart else 0))
    search = NearestNeighbors(n_neighbors=reach).fit(points(known))
    found = []
    for item, places in zip(items, search.kneighbors(points(items), return_distance=False), strict=True):
        usable = [place for place in places if not apart or clusters[place] != item.cluster_id]
        if not usable:
            return []
        found.append(np.array(usable[:count]))
    return found
