"""Compare each description with its own references and with those of other items, by cosine.

Other references belong to another cluster and have another text. Refused and empty descriptions score 0: they are
wrong, not missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.record import Item, ItemScores
from harness.stats.clusters import cluster_index

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
NAMES = ("cosine", "cosine_shuffled", "own_auc")
_BLOCK = 512
_DIGITS = 6
_TIE = 1e-6


def similarities(items: Sequence[Item], texts: Sequence[str | None], embed: Embed) -> list[ItemScores]:
    """Compare descriptions with references.

    Args:
        items: n items.
        texts: n descriptions; None for an answer without a description.
        embed: maps texts to (m, d) unit vectors.

    Returns:
        For each item: `cosine`, the mean cosine to its own references; `cosine_shuffled`, the mean cosine to the
        references of others; `own_auc`, the fraction of (own, other) pairs in which the own one is nearer, ties
        counting one half. All are None for an item without references, the last two also if no other cluster has a
        different reference. Every other item has the same weight, however many references it has, so that an answer
        without content gets the value of chance. Cosines are rounded to six decimals.
    """
    result: list[ItemScores] = [dict.fromkeys(NAMES, 0.0 if item.references else None) for item in items]
    references = [text for item in items for text in item.references]
    if not references:
        return result
    owner = np.repeat(np.arange(len(items)), [len(item.references) for item in items])
    clusters = cluster_index(items)
    _, wording = np.unique(references, return_inverse=True)
    reference_vectors = embed(references)
    answered = [index for index, text in enumerate(texts) if text is not None and items[index].references]
    for start in range(0, len(answered), _BLOCK):
        block = answered[start : start + _BLOCK]
        cosines = embed([texts[index] or "" for index in block]) @ reference_vectors.T
        for row, index in zip(cosines, block, strict=True):
            own = owner == index
            other = (clusters[owner] != clusters[index]) & ~np.isin(wording, wording[own])
            result[index] = _one(row[own].astype(np.float64), row[other].astype(np.float64), owner[other])
    return result


def _one(own: NDArray[np.float64], others: NDArray[np.float64], owners: NDArray[np.int64]) -> ItemScores:
    mean_own = round(float(own.mean()), _DIGITS)
    if others.size == 0:
        return {"cosine": mean_own, "cosine_shuffled": None, "own_auc": None}
    share = 1 / np.bincount(owners)[owners]
    gap = own[:, None] - others
    nearer = ((gap > _TIE) + (np.abs(gap) <= _TIE) / 2).mean(axis=0)
    return {
        "cosine": mean_own,
        "cosine_shuffled": round(float(np.average(others, weights=share)), _DIGITS),
        "own_auc": round(float(np.average(nearer, weights=share)), _DIGITS),
    }
