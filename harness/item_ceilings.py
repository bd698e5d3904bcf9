"""Predictors from valence and arousal for questions without a fixed label set: choices that differ by item, texts.

As all predictors they learn from the source's train split where it has one, else from the other clusters of the
evaluated items. They take milliseconds, so nothing is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from harness.baselines.scores import Fit, gaussian
from harness.docs import EVALUATED, FITTED, Doc, Question, split
from harness.features import load
from harness.kinds import Kind
from harness.metrics.outcome import Floats
from leaderboard.schema import Answer
from va_extractor.errors import InputError

NEAREST_MEAN = "nearest_mean"
RETRIEVAL = "retrieval"


def choice_ceilings(docs: Sequence[Doc], *, by_likelihood: bool) -> dict[str, list[Answer]]:
    """Answer n documents of one task whose choices differ by item.

    `gaussian` knows the published means and standard deviations; `nearest_mean` takes the option whose items in other
    clusters lie nearest on average.
    """
    found = {"gaussian": _gaussian(docs), NEAREST_MEAN: _nearest_mean(docs)}
    return {name: _chosen(docs, rows, by_likelihood=by_likelihood) for name, rows in found.items() if rows is not None}


def description_ceilings(docs: Sequence[Doc]) -> dict[str, list[Answer]]:
    """Answer n documents that ask for a description by retrieval: the reference of the item nearest in VA.

    Empty where there is no other cluster to take it from.
    """
    question = Question(Kind.DESCRIPTION, docs[0]["features"], docs[0]["source"])
    train = split(question, FITTED).docs
    known = train or split(question, EVALUATED).docs
    nearest = _nearest(docs, known, apart=not train)
    if nearest is None:
        return {}
    return {RETRIEVAL: [Answer(text=known[place]["references"][0]) for place in nearest]}


def _nearest(docs: Sequence[Doc], known: Sequence[Doc], *, apart: bool) -> list[int] | None:
    """Return for each document the place of the known one nearest to it, of another cluster where `apart`.

    None where a document has none.
    """
    from sklearn.neighbors import NearestNeighbors

    clusters = [doc["cluster_id"] for doc in known]
    reach = min(len(known), 1 + max(Counter(clusters).values())) if apart else 1
    search = NearestNeighbors(n_neighbors=reach).fit(_points(known))
    found = []
    for doc, places in zip(docs, search.kneighbors(_points(docs), return_distance=False), strict=True):
        usable = [int(place) for place in places if not apart or clusters[place] != doc["cluster_id"]]
        if not usable:
            return None
        found.append(usable[0])
    return found


def _gaussian(docs: Sequence[Doc]) -> list[Floats] | None:
    """Return each document's (k,) log densities; None where an option has no published term."""
    try:
        return [gaussian(_published(doc), _points([doc]))[0] for doc in docs]
    except InputError:
        return None


def _published(doc: Doc) -> Fit:
    labels = tuple(doc["choices"])
    return Fit(labels, np.empty((0, 2)), np.empty((0, len(labels)), dtype=bool), doc["source"], in_sample=False)


def _nearest_mean(docs: Sequence[Doc]) -> list[Floats] | None:
    """Return each document's (k,) negative distances to the options' means over other clusters.

    An option that no other cluster carries is as far as other items are on average. None where no item's own label is
    carried by another cluster, so that nothing can be learned of it.
    """
    tables = load(docs[0]["features"], docs[0]["source"]).tables
    rows = [row for row in tables.get(FITTED, tables[EVALUATED]).to_pylist() if row["va_status"] == "ok"]
    places = np.array([(row["valence"], row["arousal"]) for row in rows], dtype=np.float64)
    names, carried = np.unique([row["labels"][0] for row in rows], return_inverse=True)
    code = {str(name): number for number, name in enumerate(names)}
    numbers, clusters = np.unique([row["cluster_id"] for row in rows], return_inverse=True)
    own = {str(name): number for number, name in enumerate(numbers)}
    found, learned = [], False
    for doc, point in zip(docs, _points(docs), strict=True):
        usable = clusters != own.get(doc["cluster_id"], -1)
        members = [usable & (carried == code.get(option, -1)) for option in doc["choices"]]
        learned = learned or bool(members[doc["choices"].index(doc["labels"][0])].any())
        elsewhere = np.linalg.norm(places[usable] - point, axis=1).mean() if usable.any() else 0.0
        found.append(
            np.array(
                [-np.linalg.norm(places[held].mean(axis=0) - point) if held.any() else -elsewhere for held in members]
            )
        )
    return found if learned else None


def _chosen(docs: Sequence[Doc], rows: Sequence[Floats], *, by_likelihood: bool) -> list[Answer]:
    if by_likelihood:
        return [Answer(loglikelihoods=tuple(row.tolist())) for row in rows]
    return [Answer(text=doc["choices"][int(row.argmax())]) for doc, row in zip(docs, rows, strict=True)]


def _points(docs: Sequence[Doc]) -> Floats:
    return np.array([(doc["valence"], doc["arousal"]) for doc in docs], dtype=np.float64).reshape(-1, 2)
