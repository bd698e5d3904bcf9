"""What valence and arousal can tell at all: answers of predictors that learned from them, and of looking labels up.

Scores of labels are computed once for a set of features (`harness.scoring.cache`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np

from harness.kinds import form
from harness.record import Answer
from harness.record.kinds import FREE, Kind
from harness.scoring.baselines.answers import SET_SIZE
from harness.scoring.baselines.scores import to_shares
from harness.scoring.ceilings.labels import PUBLISHED, RowScores, label_scores, places, row_scores
from harness.scoring.ceilings.options import choice_ceilings
from harness.scoring.ceilings.statements import judge_scores
from harness.scoring.ceilings.texts import description_ceilings
from harness.stats.arrays import Bools, Floats
from harness.tasks.documents import Doc, Question
from harness.text.emotion_words import label_term

BEST_SETS = "_best_sets"


def ceiling_answers(docs: Sequence[Doc], *, by_likelihood: bool) -> dict[str, list[Answer]]:
    """Return each predictor's answers to n documents of one task, in the form the task asks for.

    Empty where a rule that reads what is shown answers without fail, so that there is nothing to learn (documents
    derived otherwise than by `judge`), and where valence and arousal are not given but asked for.
    """
    kind, derive = Kind(docs[0]["kind"]), docs[0]["derive"]
    if kind is Kind.CHOICE:
        return choice_ceilings(docs, by_likelihood=by_likelihood)
    if kind is Kind.DESCRIPTION:
        return description_ceilings(docs)
    if derive == "judge":
        found = RowScores(tuple(docs[0]["choices"]), judge_scores(docs), list(range(len(docs))))
    elif kind is Kind.WORDS:
        found = row_scores(docs)
    elif kind in FREE or derive is not None:
        return {}
    else:
        question = Question(kind, docs[0]["features"], docs[0]["source"], tuple(docs[0]["choices"]))
        found = RowScores(question.labels, label_scores(question), places(question, docs))
    answers: dict[str, list[Answer]] = {}
    for name, scores in found.scores.items():
        answers |= _answers(name, kind, scores, found.labels, by_likelihood=by_likelihood)
    return {name: [given[place] for place in found.rows] for name, given in answers.items()}


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


def _answers(
    name: str, kind: Kind, scores: Floats, labels: tuple[str, ...], *, by_likelihood: bool
) -> dict[str, list[Answer]]:
    if by_likelihood:
        return {name: [Answer(loglikelihoods=tuple(row)) for row in scores.tolist()]}
    if kind is Kind.SINGLE_LABEL:
        return {name: [Answer(text=labels[place]) for place in scores.argmax(axis=1)]}
    if kind in (Kind.MULTI_LABEL, Kind.WORDS):
        return _sets(name, scores, labels, json.dumps if kind is Kind.MULTI_LABEL else _in_words)
    made = form(kind)
    if made is None:
        raise ValueError(f"no predictor answers {kind}")
    return {name: [Answer(text=made.say(labels, row)) for row in to_shares(scores).tolist()]}


def _sets(
    name: str, scores: Floats, labels: tuple[str, ...], say: Callable[[list[str]], str]
) -> dict[str, list[Answer]]:
    top = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(top, np.argsort(-scores, axis=1, kind="stable")[:, :SET_SIZE], values=True, axis=1)
    named = {name: top} if name in PUBLISHED else {name: top, f"{name}{BEST_SETS}": best_sets(scores)}
    return {rule: [Answer(text=say(_held(row, labels))) for row in sets] for rule, sets in named.items()}


def _held(chosen: Bools, labels: tuple[str, ...]) -> list[str]:
    return [label for label, held in zip(labels, chosen, strict=True) if held]


def _in_words(labels: Sequence[str]) -> str:
    """Return labels as emotion words; those that no word stands for are left out."""
    terms = [term for label in labels if (term := label_term(label))]
    return ", ".join(dict.fromkeys(term.name.replace("_", " ") for term in terms))
