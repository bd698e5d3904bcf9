"""Agreement of answers with single annotators, and of annotators with each other.

Model and annotators are compared with the same reference: one annotator's own labels, averaged over the annotators of
the item. No annotator is compared with a merge that includes their own labels. Items with fewer than two annotators are
left out.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from harness.metrics.algebra import mean_where, once, ratio, weighted_mean
from harness.metrics.outcome import LabelSets
from harness.metrics.registry import metric
from harness.stats.arrays import Bools, Floats, Weights

_ALONE = "no item has labels of two annotators"
_NONE_ALONE = (_ALONE, lambda outcome: not _votes(outcome)[0].any())
_KAPPA: dict[str, Any] = {
    "interval": "jackknife",
    "span": (-1.0, 1.0),
    "reliable_from": 150,
    "per_label": True,
    "reasons": (_NONE_ALONE,),
    "undefined": "annotators give each label to all items or to none",
}
_metric = partial(metric, "annotators")
_of_pairs = partial(_metric, undefined=_ALONE, partial=True)


@_of_pairs(line="F1 between the answered set and one annotator's, mean over annotators and items")
def annotator_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of 2 |A and B| / (|A| + |B|), A the answer, B each annotator's set, in [0, 1]."""
    return weighted_mean(_model_f1(outcome), weights)


@_of_pairs(line="F1 between two annotators' sets, mean over pairs and items", higher_is_better=None, chance=None)
def annotator_f1_human(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over the pairs of an item's annotators, in [0, 1]."""
    return weighted_mean(_human_f1(outcome), weights)


@_of_pairs(
    line="annotator_f1 - annotator_f1_human; 0 if the model agrees as well as another annotator",
    chance=None,
    span=(-1.0, 1.0),
)
def annotator_gap(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) mean differences, in [-1, 1]."""
    return weighted_mean(_model_f1(outcome) - _human_f1(outcome), weights)


@_of_pairs(line="intersection over union of the answered set and one annotator's, mean over annotators and items")
def annotator_jaccard(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of |A and B| / |A or B|, A the answer, B each annotator's set, in [0, 1]."""
    return weighted_mean(_model_jaccard(outcome), weights)


@_of_pairs(
    line="intersection over union of two annotators' sets, mean over pairs and items",
    higher_is_better=None,
    chance=None,
)
def annotator_jaccard_human(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over the pairs of an item's annotators, in [0, 1]."""
    return weighted_mean(_human_jaccard(outcome), weights)


@_metric(line="Cohen's kappa of the answers with one annotator's labels, mean over labels", **_KAPPA)
def annotator_kappa(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over labels of (p_o - p_e) / (1 - p_e), in [-1, 1].

    p_o = mean of a v/m + (1 - a)(1 - v/m): a is 1 if the label is answered, v of m annotators give it. p_e is the
    chance agreement at the rates of both. Labels that annotators give to all items or to none are left out.
    """
    return _mean_kappa(_model_columns(outcome), weights)


@_metric(
    line="Fleiss' kappa of annotators with each other, mean over labels", higher_is_better=None, chance=None, **_KAPPA
)
def annotator_kappa_human(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means over the labels of `annotator_kappa`, in [-1, 1] (Fleiss 1971, Psychol. Bull. 76, 378-382).

    If items differ in the number of annotators, each item has the same weight.
    """
    return _mean_kappa(_human_columns(outcome), weights)


def _mean_kappa(columns: Floats, weights: Weights) -> Floats:
    """Average (p_o - p_e) / (1 - p_e) over labels that annotators give to some items but not all.

    Args:
        columns: (n, 1 + 3 k): whether the item has two annotators; for each label the agreement and both rates.
        weights: (draws, n).
    """
    sums = (weights @ columns).astype(np.float64)
    agreed, one, other = np.split(ratio(sums[:, 1:], sums[:, :1]), 3, axis=1)
    expected = one * other + (1 - one) * (1 - other)
    return mean_where(ratio(agreed - expected, 1 - expected), (other > 0) & (other < 1))


@once
def _model_columns(outcome: LabelSets) -> Floats:
    several, votes, number = _votes(outcome)
    said, rate = outcome.predicted.astype(np.float64), ratio(votes, number)
    return _columns(several, said * rate + (1 - said) * (1 - rate), said, rate)


@once
def _human_columns(outcome: LabelSets) -> Floats:
    several, votes, number = _votes(outcome)
    others, rate = number - votes, ratio(votes, number)
    pairs = votes * (votes - 1) + others * (others - 1)
    return _columns(several, ratio(pairs, number * (number - 1)), rate, rate)


def _columns(several: Bools, *by_label: Floats) -> Floats:
    """Join (n, k) arrays, 0 for items with fewer than two annotators.

    Double precision, because a permutation test compares fractions of votes for equality.
    """
    columns = [several[:, None], *(np.where(several[:, None], values, 0.0) for values in by_label)]
    return np.hstack(columns).astype(np.float64)


def _votes(outcome: LabelSets) -> tuple[Bools, Floats, Floats]:
    """Return (n,) whether an item has several annotators, (n, k) votes for labels, (n, 1) numbers of annotators."""
    nobody = np.zeros_like(outcome.gold)[:, None]
    given = nobody if outcome.annotated is None else outcome.annotated
    number = np.asarray(given.any(axis=2)).sum(axis=1)
    return number > 1, given.sum(axis=1).astype(np.float64), number[:, None].astype(np.float64)


@once
def _model_f1(outcome: LabelSets) -> Floats:
    return _with_model(outcome, f1=True)


@once
def _model_jaccard(outcome: LabelSets) -> Floats:
    return _with_model(outcome, f1=False)


@once
def _human_f1(outcome: LabelSets) -> Floats:
    return _among_themselves(outcome, f1=True)


@once
def _human_jaccard(outcome: LabelSets) -> Floats:
    return _among_themselves(outcome, f1=False)


def _with_model(outcome: LabelSets, *, f1: bool) -> Floats:
    """Return (n,) mean agreements of the answer with each annotator; NaN below two annotators."""
    given = outcome.annotated
    if given is None:
        return np.full(len(outcome.gold), np.nan)
    there = given.any(axis=2)
    agreement = _agreement(given, outcome.predicted[:, None, :], f1=f1)
    mean = ratio((agreement * there).sum(axis=1), there.sum(axis=1))
    return np.where(there.sum(axis=1) > 1, mean, np.nan)


def _among_themselves(outcome: LabelSets, *, f1: bool) -> Floats:
    """Return (n,) mean agreements of pairs of annotators; NaN below two annotators."""
    given = outcome.annotated
    if given is None:
        return np.full(len(outcome.gold), np.nan)
    there: Bools = np.asarray(given.any(axis=2))
    total, pairs = np.zeros(len(given)), np.zeros(len(given))
    for one in range(given.shape[1]):
        for other in range(one):
            both = there[:, one] & there[:, other]
            total += np.where(both, _agreement(given[:, one], given[:, other], f1=f1), 0.0)
            pairs += both
    return ratio(total, pairs)


def _agreement(one: Bools, other: Bools, *, f1: bool) -> Floats:
    """Return F1 or intersection over union of sets along the last axis; two empty sets agree fully."""
    shared, either = (one & other).sum(axis=-1), (one | other).sum(axis=-1)
    numerator, denominator = (2 * shared, shared + either) if f1 else (shared, either)
    return np.where(denominator > 0, ratio(numerator, denominator), 1.0)
