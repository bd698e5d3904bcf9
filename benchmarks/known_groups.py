"""Description measures as scores of (text, item) pairs, and their AUC between quadrants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.readback_data import Array, Texts
from harness.text import emotion_words, style
from harness.text.va_readback import distance, same_quadrant

Embed = Callable[[Sequence[str]], Array]
Reading = Callable[[Sequence[str]], Array]


@dataclass(frozen=True)
class Items:
    """Items that texts are compared with.

    Attributes:
        references: m reference texts.
        va: their points, shape (m, 2); None to read the points from the references.
        labels: annotated labels, where there are any.
    """

    references: list[str]
    va: Array | None
    labels: list[list[str]] | None = None


Score = Callable[[Texts, Items], Array]


def remembered(function: Callable[[Sequence[str]], Array]) -> Callable[[Sequence[str]], Array]:
    """Return the function of n texts with values (n, d) so that it sees each distinct text once."""
    known: dict[str, Array] = {}

    def recall(texts: Sequence[str]) -> Array:
        new = sorted(set(texts) - known.keys())
        if new:
            known.update(zip(new, function(new), strict=True))
        return np.stack([known[text] for text in texts])

    return recall


def embedding_measures(name: str, embed: Embed) -> dict[str, Score]:
    """Return cosine, lift over the mean reference, and fraction of references that are less similar."""

    def cosine(t: Texts, i: Items) -> Array:
        return np.asarray(embed(t.texts) @ embed(i.references).T, dtype=np.float64)

    def lift(t: Texts, i: Items) -> Array:
        scores = cosine(t, i)
        return np.asarray(scores - scores.mean(axis=1, keepdims=True))

    def rank(t: Texts, i: Items) -> Array:
        from scipy.stats import rankdata

        return np.asarray((rankdata(cosine(t, i), axis=1) - 0.5) / len(i.references))

    return {f"{name} cosine": cosine, f"{name} lift": lift, f"{name} own vs others": rank}


def readback_measures(read: Reading, sd: Array) -> dict[str, Score]:
    """Return how near what is read from a text, with errors of standard deviation sd (2,), is to the item's point."""

    def points(i: Items) -> Array:
        return read(i.references) if i.va is None else i.va

    def gap(axis: int) -> Score:
        return lambda t, i: -np.abs(read(t.texts)[:, None, axis] - points(i)[None, :, axis])

    return {
        "read-back same quadrant": lambda t, i: same_quadrant(read(t.texts)[:, None], points(i), sd),
        "read-back distance": lambda t, i: -distance(read(t.texts)[:, None], points(i)),
        "read-back valence only": gap(0),
        "read-back arousal only": gap(1),
    }


def word_measures() -> dict[str, Score]:
    """Return the F1 of emotion words against the item's labels; NaN where it has none."""

    def against_labels(score: Callable[[list[str], list[list[str]]], Array]) -> Score:
        def matrix(t: Texts, i: Items) -> Array:
            if i.labels is None:
                return np.full((len(t.texts), len(i.references)), np.nan)
            return np.column_stack([score(t.texts, [labels] * len(t.texts)) for labels in i.labels])

        return matrix

    return {
        "emotion words wheel level 1": against_labels(lambda t, ls: emotion_words.wheel_f1(t, ls, 1)),
        "emotion words wheel level 2": against_labels(lambda t, ls: emotion_words.wheel_f1(t, ls, 2)),
        "emotion words 26 categories": against_labels(lambda t, ls: emotion_words.category_f1(t, ls, "emotic")),
    }


def style_measures() -> dict[str, Score]:
    """Return a control that knows nothing of the item: the text's length."""
    return {"length (control)": lambda t, i: np.repeat(style.length(t.texts)[:, None], len(i.references), axis=1)}


def auc(positive: Array, negative: Array) -> float:
    """Return the probability that a positive pair scores above a negative one, ties one half; NaN pairs left out."""
    from scipy.stats import rankdata

    p, n = positive[~np.isnan(positive)], negative[~np.isnan(negative)]
    if not len(p) or not len(n):
        return float("nan")
    ranks = rankdata(np.concatenate([p, n]))[: len(p)]
    return float((ranks.sum() - len(p) * (len(p) + 1) / 2) / (len(p) * len(n)))


@dataclass(frozen=True)
class QuadrantAuc:
    """AUC of pairs of the same quadrant against pairs that differ in both signs, in one, in valence's, in arousal's."""

    opposite: float
    adjacent: float
    valence: float
    arousal: float


def quadrant_auc(scores: Array, a: Array, b: Array, *, without_self: bool = False) -> QuadrantAuc:
    """Return the AUCs of a score matrix.

    Args:
        scores: shape (n, m).
        a: points of the texts, shape (n, 2).
        b: points of the items, shape (m, 2).
        without_self: leave out the diagonal, where the items are the texts themselves.
    """
    differ = np.sign(a)[:, None] != np.sign(b)[None]
    keep = np.ones(scores.shape, dtype=np.bool_)
    if without_self:
        np.fill_diagonal(keep, val=False)
    count = differ.sum(axis=-1)
    same = scores[keep & (count == 0)]
    return QuadrantAuc(
        auc(same, scores[keep & (count == 2)]),
        auc(same, scores[keep & (count == 1)]),
        auc(same, scores[keep & (count == 1) & differ[..., 0]]),
        auc(same, scores[keep & (count == 1) & differ[..., 1]]),
    )
