"""What valence and arousal can tell at all: answers of predictors that learned from them, and of looking labels up.

A predictor answers an item only after learning from others: from the source's train split where it has one, else from
the other folds of the evaluated items, whole clusters in a fold. `lookup` answers each item by the labels of all
evaluated items with the same two printed numbers, its own among them: no prediction but a bound, since nothing that
sees only these numbers can tell such items apart.

All are computed once for a set of features and kept beside it (`harness.ceiling_cache`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import numpy as np

from harness import ceiling_cache
from harness.baselines.answers import SET_SIZE
from harness.baselines.scores import Fit, LabelScores, boosting, gaussian, knn, logistic, to_shares
from harness.docs import EVALUATED, FITTED, Doc, Docs, Question, split
from harness.forms import form
from harness.item_ceilings import choice_ceilings, description_ceilings
from harness.kinds import FREE, Kind
from harness.metrics.outcome import Bools, Floats
from harness.outcomes import membership
from leaderboard.schema import Answer
from va_extractor.errors import InputError

PREDICTORS: dict[str, LabelScores] = {
    "gaussian": gaussian,
    "knn": knn,
    "logistic": logistic,
    "boosting": boosting,
}
LOOKUP = "lookup"
BEST_SETS = "_best_sets"
_PUBLISHED = ("gaussian",)
_FOLDS = 5
_DIGITS = 6
_TINY = 1e-9


def ceiling_answers(docs: Sequence[Doc], *, by_likelihood: bool) -> dict[str, list[Answer]]:
    """Return each predictor's answers to n documents of one task, in the form the task asks for.

    Sets are answered twice: the five likeliest labels, and those that a predictor expects to give each label the best
    F1 (`_best_sets`). Choices and descriptions, which have no fixed label set, have predictors of their own. Empty for
    other answers without labels, and for derived documents, whose answers no row has.
    """
    kind = Kind(docs[0]["kind"])
    if kind is Kind.CHOICE:
        return choice_ceilings(docs, by_likelihood=by_likelihood)
    if kind is Kind.DESCRIPTION:
        return description_ceilings(docs)
    if kind in FREE or docs[0]["derive"] is not None:
        return {}
    question = Question(kind, docs[0]["features"], docs[0]["source"], tuple(docs[0]["choices"]))
    row = {doc["item_id"]: place for place, doc in enumerate(split(question, EVALUATED).docs)}
    rows = [row[doc["item_id"]] for doc in docs]
    answers: dict[str, list[Answer]] = {}
    for name, scores in label_scores(question).items():
        answers |= _answers(name, kind, scores, question.labels, by_likelihood=by_likelihood)
    return {name: [given[place] for place in rows] for name, given in answers.items()}


@cache
def label_scores(question: Question) -> dict[str, Floats]:
    """Return, for each predictor, (n, k) log-scores of the labels for all evaluated documents of a task."""
    docs = split(question, EVALUATED).docs
    key = json.dumps([question.source, *question.labels])
    known = ceiling_cache.read(question, key)
    if known is None:
        import sklearn.ensemble  # noqa: F401  loads the libraries whose threads are limited
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        with threadpool_limits(1):  # fits are small: on a busy machine, threads that wait for each other cost tenfold
            known = {name: np.round(scores, _DIGITS) for name, scores in _compute(question, docs).items()}
        ceiling_cache.write(question, key, known)
    return known


def cross_fitted(
    predictor: LabelScores, labels: tuple[str, ...], points: Floats, truth: Bools, clusters: Sequence[str]
) -> Floats | None:
    """Return (n, k) log-scores, each item's from a fit without its cluster; None where there are fewer than two."""
    from sklearn.model_selection import GroupKFold

    folds = min(_FOLDS, len(set(clusters)))
    if folds < 2:
        return None
    scores = np.empty(truth.shape)
    for learned, asked in GroupKFold(folds).split(points, groups=clusters):
        fit = Fit(labels, points[learned], truth[learned], "other folds", in_sample=False)
        scores[asked] = predictor(fit, points[asked])
    return scores


def lookup(points: Floats, truth: Bools) -> Floats:
    """Return (n, k) log shares of each label among the items with the same two numbers, to two decimals as printed."""
    _, place = np.unique(np.round(points, 2), axis=0, return_inverse=True)
    same = place.ravel()
    shares = np.zeros((same.max() + 1, truth.shape[1]))
    np.add.at(shares, same, truth)
    found: Floats = np.log(shares / np.bincount(same)[:, None] + _TINY)[same]
    return found


def best_sets(scores: Floats) -> Bools:
    """Choose, for each label, the items whose naming gives it the highest F1 that the log-scores expect.

    Naming the m likeliest items of a label is expected to score 2 S(m) / (m + S(n)), S the sum of the m highest
    probabilities (plug-in rule: Ye et al. 2012, ICML, "Optimizing F-measures: a tale of two approaches"). No true label
    is looked at.
    """
    share = np.exp(np.minimum(scores, 0))
    order = np.argsort(-share, axis=0, kind="stable")
    sums = np.cumsum(np.take_along_axis(share, order, axis=0), axis=0)
    named = np.arange(1, len(share) + 1)[:, None]
    best = np.argmax(2 * sums / (named + sums[-1]), axis=0)
    threshold = np.take_along_axis(share, np.take_along_axis(order, best[None], axis=0), axis=0)
    chosen: Bools = share >= threshold
    return chosen


def _compute(question: Question, docs: Docs) -> dict[str, Floats]:
    points, truth = _arrays(docs, question.labels)
    learned = split(question, FITTED).docs
    clusters = [doc["cluster_id"] for doc in docs]
    found: dict[str, Floats | None] = {LOOKUP: lookup(points, truth)}
    for name, predictor in PREDICTORS.items():
        if name in _PUBLISHED or learned:
            known = _arrays(learned or docs, question.labels)
            fit = Fit(question.labels, *known, question.source, in_sample=False)
            found[name] = _published(predictor, fit, points) if name in _PUBLISHED else predictor(fit, points)
        else:
            found[name] = cross_fitted(predictor, question.labels, points, truth, clusters)
    return {name: scores for name, scores in found.items() if scores is not None}


def _published(predictor: LabelScores, fit: Fit, points: Floats) -> Floats | None:
    """Return the scores of a predictor from published figures; None where a label has none."""
    try:
        return predictor(fit, points)
    except InputError:
        return None


def _arrays(docs: Sequence[Doc], labels: tuple[str, ...]) -> tuple[Floats, Bools]:
    points = np.array([(doc["valence"], doc["arousal"]) for doc in docs], dtype=np.float64)
    return points, membership([doc["labels"] for doc in docs], labels)


def _answers(
    name: str, kind: Kind, scores: Floats, labels: tuple[str, ...], *, by_likelihood: bool
) -> dict[str, list[Answer]]:
    if by_likelihood:
        return {name: [Answer(loglikelihoods=tuple(row)) for row in scores.tolist()]}
    found = form(kind)
    if found is not None:
        return {name: [Answer(text=found.say(labels, row)) for row in to_shares(scores).tolist()]}
    if kind is Kind.SINGLE_LABEL:
        return {name: [Answer(text=labels[place]) for place in scores.argmax(axis=1)]}
    top = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(top, np.argsort(-scores, axis=1, kind="stable")[:, :SET_SIZE], values=True, axis=1)
    named = {name: top} if name in _PUBLISHED else {name: top, f"{name}{BEST_SETS}": best_sets(scores)}
    return {rule: [Answer(text=_listed(row, labels)) for row in sets] for rule, sets in named.items()}


def _listed(chosen: Bools, labels: tuple[str, ...]) -> str:
    return json.dumps([label for label, held in zip(labels, chosen, strict=True) if held])
