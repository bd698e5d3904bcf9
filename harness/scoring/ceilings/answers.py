"""Ceilings from VA: answers of predictors trained on valence and arousal, and of looking labels up.

Scores of labels are computed once for a set of features (`harness.scoring.cache`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds import Kind
from harness.kinds.multi_label import SET_SIZE
from harness.record import Answer, Item
from harness.scoring.baselines.scores import to_shares
from harness.scoring.ceilings.labels import PUBLISHED, RowScores, label_scores, places, row_scores
from harness.scoring.ceilings.options import choice_ceilings
from harness.scoring.ceilings.statements import judge_scores
from harness.scoring.ceilings.texts import description_ceilings
from harness.stats.arrays import Bools, Floats
from harness.tasks.documents import Question

BEST_SETS = "_best_sets"


def ceiling_answers(question: Question, items: Sequence[Item], *, by_likelihood: bool) -> dict[str, list[Answer]]:
    """Return each predictor's answers to n items of one task, as texts or log-likelihoods.

    Empty if a rule answers every item from what is shown (derived items, except `judge`), and if valence and arousal
    are asked for instead of given.
    """
    kind, derive = question.kind, question.derive
    if kind.ceilings == "texts":
        return description_ceilings(question, items)
    if kind.offers == "options":
        return choice_ceilings(question, items, by_likelihood=by_likelihood)
    if derive == "judge":
        found = RowScores(items[0].choices, judge_scores(question, items), list(range(len(items))))
    elif kind.ceilings == "labels":
        found = row_scores(question, items)
    elif kind.ceilings is None or derive is not None:
        return {}
    else:
        found = RowScores(question.labels, label_scores(question), places(question, items))
    answers: dict[str, list[Answer]] = {}
    for name, scores in found.scores.items():
        answers |= _answers(name, kind, scores, found.labels, by_likelihood=by_likelihood)
    return {name: [given[place] for place in found.rows] for name, given in answers.items()}


def best_sets(scores: Floats) -> Bools:
    """Choose, for each label, the items with the highest expected F1 by the log-scores.

    The expected F1 of the m likeliest items of a label is 2 S(m) / (m + S(n)), S(m) the sum of the m highest
    probabilities (plug-in rule: Ye et al. 2012, ICML, "Optimizing F-measures: a tale of two approaches"). True labels
    are not used.
    """
    share = np.exp(np.minimum(scores, 0))
    order = np.argsort(-share, axis=0, kind="stable")
    sums = np.cumsum(np.take_along_axis(share, order, axis=0), axis=0)
    named = np.arange(1, len(share) + 1)[:, None]
    best = np.argmax(2 * sums / (named + sums[-1]), axis=0)
    threshold = np.take_along_axis(share, np.take_along_axis(order, best[None], axis=0), axis=0)
    chosen: Bools = share >= threshold
    return chosen


def _answers(
    name: str, kind: Kind, scores: Floats, labels: tuple[str, ...], *, by_likelihood: bool
) -> dict[str, list[Answer]]:
    if by_likelihood:
        return {name: [Answer(loglikelihoods=tuple(row)) for row in scores.tolist()]}
    if kind.say_set(()) is None:
        return {name: [Answer(text=kind.say(labels, row)) for row in to_shares(scores).tolist()]}
    top = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(top, np.argsort(-scores, axis=1, kind="stable")[:, :SET_SIZE], values=True, axis=1)
    named = {name: top} if name in PUBLISHED else {name: top, f"{name}{BEST_SETS}": best_sets(scores)}
    return {rule: [Answer(text=kind.say_set(_held(row, labels))) for row in sets] for rule, sets in named.items()}


def _held(chosen: Bools, labels: tuple[str, ...]) -> list[str]:
    return [label for label, held in zip(labels, chosen, strict=True) if held]
