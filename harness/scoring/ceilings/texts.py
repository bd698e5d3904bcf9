"""Predictors from valence and arousal of a description: another item's text, or the likeliest label in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.record import Answer
from harness.record.kinds import Kind
from harness.scoring.baselines.answers import sentence
from harness.scoring.ceilings.labels import LOOKUP, points, row_scores
from harness.tasks.documents import EVALUATED, FITTED, Doc, Question, split

RETRIEVAL = "retrieval"


def description_ceilings(docs: Sequence[Doc]) -> dict[str, list[Answer]]:
    """Answer n documents that ask for a description: by retrieval, and by naming the likeliest label in a sentence.

    Retrieval gives the reference of the item nearest in VA; there is none without another cluster to take it from.
    Looking labels up bounds no text, and is left out.
    """
    question = Question(Kind.DESCRIPTION, docs[0]["features"], docs[0]["source"])
    train = split(question, FITTED).docs
    known = train or split(question, EVALUATED).docs
    by_row = row_scores(docs)
    said = {
        name: [Answer(text=sentence(by_row.labels[place].casefold())) for place in scores[by_row.rows].argmax(axis=1)]
        for name, scores in by_row.scores.items()
        if name != LOOKUP
    }
    nearest = _nearest(docs, known, apart=not train)
    quoted = [Answer(text=known[place]["references"][0]) for place in nearest]
    return ({RETRIEVAL: quoted} if quoted else {}) | said


def _nearest(docs: Sequence[Doc], known: Sequence[Doc], *, apart: bool) -> list[int]:
    """Return for each document the place of the known one nearest to it, of another cluster where `apart`.

    Empty where a document has none.
    """
    from sklearn.neighbors import NearestNeighbors

    clusters = [doc["cluster_id"] for doc in known]
    reach = min(len(known), 1 + max(Counter(clusters).values())) if apart else 1
    search = NearestNeighbors(n_neighbors=reach).fit(points(known))
    found = []
    for doc, places in zip(docs, search.kneighbors(points(docs), return_distance=False), strict=True):
        usable = [int(place) for place in places if not apart or clusters[place] != doc["cluster_id"]]
        if not usable:
            return []
        found.append(usable[0])
    return found
