"""Predictors from valence and arousal of a description: published terms, the likeliest label, another item's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.kinds.arrays import points
from harness.kinds.description import nearest_terms, sentence
from harness.record import Answer, Item
from harness.scoring.ceilings.labels import LOOKUP, row_scores
from harness.tasks.documents import EVALUATED, FITTED, Question, split

RETRIEVAL = "retrieval"
TERMS = "terms"


def description_ceilings(asked: Question, items: Sequence[Item]) -> dict[str, list[Answer]]:
    """Answer n items that ask for a description: by naming terms or the likeliest label, and by retrieval.

    `terms` are the one or two published terms nearest to the point. Retrieval gives the reference of the item nearest
    in VA; there is none without another cluster to take it from.
    Looking labels up bounds no text, and is left out.
    """
    question = Question(asked.kind, asked.features, asked.source)
    train = split(question, FITTED).items
    known = [item for item in train or split(question, EVALUATED).items if item.references]
    by_row = row_scores(asked, items)
    said = {
        name: [Answer(text=sentence(by_row.labels[place].casefold())) for place in scores[by_row.rows].argmax(axis=1)]
        for name, scores in by_row.scores.items()
        if name != LOOKUP
    }
    nearest = _nearest(items, known, apart=not train)
    quoted = [Answer(text=known[place].references[0]) for place in nearest]
    terms = [Answer(text=sentence(*words)) for words in nearest_terms(items)]
    return {TERMS: terms} | ({RETRIEVAL: quoted} if quoted else {}) | said


def _nearest(items: Sequence[Item], known: Sequence[Item], *, apart: bool) -> list[int]:
    """Return for each item the place of the known one nearest to it, of another cluster where `apart`.

    Empty where an item has none.
    """
    from sklearn.neighbors import NearestNeighbors

    if not known:
        return []
    clusters = [item.cluster_id for item in known]
    reach = min(len(known), 1 + max(Counter(clusters).values())) if apart else 1
    search = NearestNeighbors(n_neighbors=reach).fit(points(known))
    found = []
    for item, places in zip(items, search.kneighbors(points(items), return_distance=False), strict=True):
        usable = [int(place) for place in places if not apart or clusters[place] != item.cluster_id]
        if not usable:
            return []
        found.append(usable[0])
    return found
