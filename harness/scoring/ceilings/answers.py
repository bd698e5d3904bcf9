"""Ceilings from VA: answers of predictors trained on valence and arousal, and of looking labels up.

Scores of labels are computed once for a set of features (`harness.scoring.cache`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from harness.kinds import Kind
from harness.kinds.multi_label import SET_SIZE
from harness.record import Answer, Item
from harness.scoring.baselines.scores import to_shares
from harness.scoring.ceilings.labels import PREDICTORS, PUBLISHED, RowScores, label_scores, places, row_scores
from harness.scoring.ceilings.options import choice_ceilings
from harness.scoring.ceilings.statements import judge_scores
from harness.scoring.ceilings.texts import description_ceilings, neighbourhood
from harness.stats.arrays import Bools, Floats
from harness.tasks.documents import Question

_SAME = 1e-9
BALANCED = "_balanced"
"""Names the label that is likeliest against its mean probability, for scores in which all labels weigh alike."""
Gain = Callable[[Floats, Floats, Floats, float], Floats]


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
    found_by_labels = {name: [given[place] for place in found.rows] for name, given in answers.items()}
    return found_by_labels | (neighbourhood(question, items) if kind.ceilings == "labels" else {})


def best_sets(shares: Floats, gain: Gain) -> Bools:
    """Choose, for each label, the items that have the best expected score by (n, k) probabilities.

    The expected score of the m likeliest items is `gain(S(m), m, S(n), n)`, S(m) the sum of the m highest probabilities
    (plug-in rule: Ye et al. 2012, ICML, "Optimizing F-measures: a tale of two approaches"). True labels are not used.

    Args:
        shares: probability of each label for each item.
        gain: the score of a label from counts of hits, named and true items, of n.
    """
    order = np.argsort(-shares, axis=0, kind="stable")
    ranked = np.take_along_axis(shares, order, axis=0)
    sums, named = np.cumsum(ranked, axis=0), np.arange(1.0, len(shares) + 1)[:, None]
    last = np.vstack([ranked[1:] < ranked[:-1], np.ones((1, shares.shape[1]), dtype=bool)])
    expected = np.where(last, gain(sums, named, sums[-1], float(len(shares))), -np.inf)
    chosen: Bools = shares >= np.take_along_axis(ranked, expected.argmax(axis=0)[None], axis=0)
    return chosen


def f1(hits: Floats, named: Floats, true: Floats, n: float) -> Floats:
    """Return F1 from counts."""
    return 2 * hits / (named + true)


def likelier_than_usual(shares: Floats) -> Bools:
    """Choose the labels that are likelier than for the average item: the best sets for `informedness`."""
    chosen: Bools = shares > shares.mean(axis=0)
    return chosen


def best_for_kappa(shares: Floats) -> Bools:
    """Choose the sets with the highest expected `pooled_kappa` by (n, k) probabilities p.

    They hold the labels with p > m + x (1/2 - m), m the mean of p over items and x the expected kappa itself
    (fractional programming: Dinkelbach 1967, Management Science 13(7), 492-498).
    """
    usual, kappa = shares.mean(axis=0), 0.0
    while True:
        chosen: Bools = shares > usual + kappa * (0.5 - usual)
        named, hits = chosen.mean(axis=0), (shares * chosen).mean(axis=0)
        possible = (usual + named - 2 * usual * named).sum()
        better = float(2 * (hits - usual * named).sum() / possible) if possible else 0.0
        if better <= kappa + _SAME:
            return chosen
        kappa = better


SET_RULES: dict[str, Callable[[Floats], Bools]] = {
    "_best_f1": lambda shares: best_sets(shares, f1),
    "_best_micro_f1": lambda shares: best_sets(shares.reshape(-1, 1), f1).reshape(shares.shape),
    "_best_informedness": likelier_than_usual,
    "_best_kappa": best_for_kappa,
}
"""How a predictor's probabilities become sets, besides the likeliest five, by the score they are best for."""


def _answers(
    name: str, kind: Kind, scores: Floats, labels: tuple[str, ...], *, by_likelihood: bool
) -> dict[str, list[Answer]]:
    if kind.say_set(()) is None:
        found = {name: scores}
        if kind.names_labels and name in PREDICTORS:
            found[f"{name}{BALANCED}"] = scores - np.log(to_shares(scores).mean(axis=0))
        if by_likelihood:
            return {rule: [Answer(loglikelihoods=tuple(row)) for row in rows.tolist()] for rule, rows in found.items()}
        return {
            rule: [Answer(text=kind.say(labels, row)) for row in to_shares(given).tolist()]
            for rule, given in found.items()
        }
    top = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(top, np.argsort(-scores, axis=1, kind="stable")[:, :SET_SIZE], values=True, axis=1)
    rules = {} if name in PUBLISHED else SET_RULES
    shares = np.exp(np.minimum(scores, 0))
    named = {name: top} | {f"{name}{rule}": choose(shares) for rule, choose in rules.items()}
    return {rule: [Answer(text=kind.say_set(_held(row, labels))) for row in sets] for rule, sets in named.items()}


def _held(chosen: Bools, labels: tuple[str, ...]) -> list[str]:
    return [label for label, held in zip(labels, chosen, strict=True) if held]
