"""Is a description nearer to its own item's reference than to others'? Lift and rank, from a similarity matrix.

A raw cosine says little: any two sentences about feelings are alike. So each item's similarity to its own reference is
set against its similarities to the references of other items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_BLOCK = 512


@dataclass(frozen=True)
class ReferenceScores:
    """Per-item scores, each of shape (n,); NaN where there is no text, no reference or no other reference.

    Attributes:
        own: cosine to the item's own reference (the best one, where it has several), in [-1, 1].
        others: mean cosine to the other items' references, what shuffled references give on average.
        lift: own minus others.
        auc: share of the other references that are less similar than the own one, ties one half; chance is 0.5. Its mean
            is the area under the ROC curve of own against others' references, taken within each item.
    """

    own: Array
    others: Array
    lift: Array
    auc: Array


def unit(vectors: NDArray[np.floating]) -> Array:
    """Return the rows scaled to length 1, shape as given; a zero row becomes NaN."""
    v = np.asarray(vectors, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return v / np.linalg.norm(v, axis=1, keepdims=True)


def reference_scores(
    texts: NDArray[np.floating], references: NDArray[np.floating], owner: NDArray[np.int64], clusters: Sequence[str]
) -> ReferenceScores:
    """Compare each text with its own references and with those of items in other clusters.

    Args:
        texts: embeddings of n descriptions, shape (n, d); NaN rows for items without a text.
        references: embeddings of m references, shape (m, d).
        owner: the item (0..n-1) of each reference, shape (m,).
        clusters: the cluster of each item, n long; references of the same cluster are never "others".
    """
    t, r = unit(texts), unit(references)
    code = np.unique(np.asarray(clusters), return_inverse=True)[1]
    own, others, auc = (np.full(len(t), np.nan) for _ in range(3))
    for start in range(0, len(t), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(t)))
        similarity = t[rows] @ r.T
        mine = owner[None, :] == rows[:, None]
        foreign = code[owner][None, :] != code[rows][:, None]
        best = np.where(mine, similarity, -np.inf).max(axis=1, initial=-np.inf)
        count = foreign.sum(axis=1)
        usable = np.isfinite(best) & (count > 0)
        safe = np.maximum(count, 1)
        below = ((similarity < best[:, None]) & foreign).sum(axis=1) / safe
        ties = ((similarity == best[:, None]) & foreign).sum(axis=1) / safe
        own[rows] = np.where(np.isfinite(best), best, np.nan)
        others[rows] = np.where(usable, np.where(foreign, similarity, 0.0).sum(axis=1) / safe, np.nan)
        auc[rows] = np.where(usable, below + ties / 2.0, np.nan)
    return ReferenceScores(own, others, own - others, auc)
