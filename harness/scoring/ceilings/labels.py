"""Scores of a source's labels from valence and arousal, by predictors and by looking labels up.

A predictor is never fitted on the item it scores: it is fitted on the source's train split if there is one, else on the
other folds of the evaluated items, with whole clusters in a fold. `lookup` scores an item by the labels of all
evaluated items with the same two printed numbers, including its own. This is a bound, not a prediction: no model that
sees only these numbers can distinguish such items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from harness import kinds
from harness.kinds.arrays import membership, points
from harness.record import Item
from harness.scoring.baselines.scores import Fit, LabelScores, boosting, cells, gaussian, knn, logistic
from harness.scoring.cache import kept
from harness.stats.arrays import Bools, Floats
from harness.tasks.documents import EVALUATED, FITTED, Question, split
from harness.tasks.features import load
from va_extractor.common.errors import InputError

PREDICTORS: dict[str, LabelScores] = {
    "gaussian": gaussian,
    "knn": knn,
    "logistic": logistic,
    "boosting": boosting,
    "valence_side": partial(cells, axes=1),
    "quadrant": partial(cells, axes=2),
}
LOOKUP = "lookup"
PUBLISHED = ("gaussian",)
_FOLDS = 5
_DIGITS = 6
_TINY = 1e-9


@dataclass(frozen=True)
class RowScores:
    """Scores of each label of a source for each of its evaluated rows.

    Attributes:
        labels: the k labels, of all rows of the source.
        scores: (m, k) log-scores by predictor, for all m evaluated rows.
        rows: the row of each of n documents.
    """

    labels: tuple[str, ...]
    scores: dict[str, Floats]
    rows: list[int]


@cache
def label_scores(question: Question) -> dict[str, Floats]:
    """Return, for each predictor, (n, k) log-scores of the labels for all evaluated documents of a task."""
    items, learned = split(question, EVALUATED).items, split(question, FITTED).items
    ids = [[item.item_id for item in found] for found in (items, learned)]
    source = load(question.features, question.source)
    parts = ["labels", source.name, source.hashes, source.calibrated_on, question.labels, *ids]
    return kept(parts, lambda: _compute(question, items, learned))


def row_scores(asked: Question, items: Sequence[Item]) -> RowScores:
    """Score all labels of a source for all evaluated rows, for n items that are one row each."""
    features, source = asked.features, asked.source
    every_row = kinds.get("ranking")  # leaves no row out
    question = Question(every_row, features, source, row_labels(features, source))
    found = label_scores(question) if question.labels else {}
    return RowScores(question.labels, found, places(question, items))


@cache
def row_labels(features: str, source: str) -> tuple[str, ...]:
    """Return the labels of all rows of the source, sorted."""
    tables = load(features, source).tables
    columns = [tables[name].column("labels").to_pylist() for name in (FITTED, EVALUATED) if name in tables]
    return tuple(sorted({label for column in columns for labels in column for label in labels}))


def places(question: Question, items: Sequence[Item]) -> list[int]:
    """Return the place of each item's row among the evaluated items of `question`."""
    row = {item.item_id: place for place, item in enumerate(split(question, EVALUATED).items)}
    return [row[item.item_id] for item in items]


def cross_fitted(
    predictor: LabelScores, labels: tuple[str, ...], points: Floats, truth: Bools, clusters: Sequence[str]
) -> Floats | None:
    """Return (n, k) log-scores, each item's from a fit without its cluster; None below two clusters."""
    from sklearn.model_selection import GroupKFold

    folds = min(_FOLDS, len(set(clusters)))
    if folds < 2:
        return None
    scores = np.empty(truth.shape)
    for learned, asked in GroupKFold(folds).split(points, groups=clusters):
        fit = Fit(labels, points[learned], truth[learned], "other folds", in_sample=False)
        scores[asked] = predictor(fit, points[asked])
    return scores


def lookup(shown: Floats, truth: Bools) -> Floats:
    """Return (n, k) log fractions of each label among items with the same (n, d) numbers to two decimals."""
    _, place = np.unique(np.round(shown, 2), axis=0, return_inverse=True)
    same = place.ravel()
    shares = np.zeros((same.max() + 1, truth.shape[1]))
    np.add.at(shares, same, truth)
    found: Floats = np.log(shares / np.bincount(same)[:, None] + _TINY)[same]
    return found


def _compute(question: Question, items: Sequence[Item], learned: Sequence[Item]) -> dict[str, Floats]:
    import sklearn.ensemble  # noqa: F401  loads the libraries whose threads are limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # fits are small: on a busy machine, threads that wait for each other cost tenfold
        found = {name: _predicted(name, question, items, learned) for name in PREDICTORS}
    found[LOOKUP] = lookup(points(items), _truth(items, question.labels))
    return {name: np.round(scores, _DIGITS) for name, scores in found.items() if scores is not None}


def _predicted(name: str, question: Question, items: Sequence[Item], learned: Sequence[Item]) -> Floats | None:
    predictor, known = PREDICTORS[name], learned or items
    fit = Fit(question.labels, points(known), _truth(known, question.labels), question.source, in_sample=False)
    if name in PUBLISHED:
        return _published(predictor, fit, points(items))
    if learned:
        return predictor(fit, points(items))
    return cross_fitted(predictor, question.labels, fit.points, fit.truth, [item.cluster_id for item in items])


def _published(predictor: LabelScores, fit: Fit, asked: Floats) -> Floats | None:
    """Return the scores of a predictor from published means; None if a label has none."""
    try:
        return predictor(fit, asked)
    except InputError:
        return None


def _truth(items: Sequence[Item], labels: tuple[str, ...]) -> Bools:
    return membership([item.labels for item in items], labels)
