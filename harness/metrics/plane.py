"""Metrics of partial credit: nearness of answers in valence and arousal or in an ontology of labels."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np

from harness.metrics import ontology
from harness.metrics.algebra import once, ratio, weighted_mean
from harness.metrics.outcome import NO_ANSWER, UNEVEN, Labelled, LabelSets
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights

_NO_TERM = "a label has no published valence and arousal"
_UNPLACED = (_NO_TERM, lambda outcome: outcome.distance is None)
_NO_GROUP = "a label is in no group of the ontology"


@metric(
    "plane",
    line="distance in the VA plane from the given point to the centroid of the answered label",
    higher_is_better=False,
    reasons=(UNEVEN,),
    undefined=_NO_TERM,
    span=(0.0, 2 * sqrt(2)),
)
def va_distance(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) mean Euclidean distances, in [0, 2 sqrt 2].

    For a set: the mean over its labels. No answer counts as the farthest label offered.
    """
    return np.full(len(weights), np.nan) if outcome.distance is None else weighted_mean(_said(outcome), weights)


@metric(
    "plane",
    line="va_distance rescaled: 0 for random labels, 1 for the nearest label",
    reasons=(UNEVEN, _UNPLACED),
    undefined="all labels are equally far",
    chance=0.0,
    span=(-inf, 1.0),
)
def va_fit(outcome: Labelled | LabelSets, weights: Weights) -> Floats:
    """Return (draws,) (random - answered) / (random - nearest) of mean distances."""
    if outcome.distance is None:
        return np.full(len(weights), np.nan)
    random, nearest = (weighted_mean(column, weights) for column in _bounds(outcome))
    return ratio(random - weighted_mean(_said(outcome), weights), random - nearest)


@metric(
    "misses",
    line="fraction of the other wrong labels that are farther from the true label, mean over wrong answers (ties half)",
    reasons=(UNEVEN, _UNPLACED, ("there are two labels only", lambda outcome: outcome.apart.shape[1] < 3)),
    undefined="no answer names a wrong label",
    chance=0.5,
    partial=True,
)
def near_miss(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) means over wrong answers, in [0, 1]; 1 if each is the true label's nearest neighbour."""
    if outcome.apart is None or outcome.apart.shape[1] < 3:
        return np.full(len(weights), np.nan)
    return weighted_mean(_missed(outcome), weights)


@once
def _missed(outcome: Labelled) -> Floats:
    """Return (n,) fractions of other wrong labels farther from the true one; NaN for right and missing answers."""
    if outcome.apart is None:
        raise ValueError("the outcome has no distances")
    rows = np.arange(outcome.gold.size)
    wrong = (outcome.predicted != NO_ANSWER) & (outcome.predicted != outcome.gold)
    said = outcome.apart[rows, outcome.predicted][:, None]
    others = np.ones_like(outcome.apart, dtype=bool)
    others[rows, outcome.gold] = False
    others[rows, outcome.predicted] = False
    farther = ((outcome.apart > said) + (outcome.apart == said) / 2) * others
    return np.where(wrong, farther.sum(axis=1) / (outcome.apart.shape[1] - 2), np.nan)


@metric(
    "ontology",
    line="mean credit: 1 for the true label, 2/3 for its Ekman group, 1/3 for its pole of valence",
    undefined=_NO_GROUP,
)
def graded_credit(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) mean credits, in [0, 1] (`harness.metrics.ontology.credit`); 0 without an answer.

    Groups are GoEmotions' Ekman mapping, Demszky et al. (2020).
    """
    credit = ontology.credit(outcome.labels)
    if credit is None:
        return np.full(len(weights), np.nan)
    earned = np.where(outcome.predicted == NO_ANSWER, 0.0, credit[outcome.gold, outcome.predicted])
    return weighted_mean(earned, weights)


@metric(
    "ontology_sets", line="mean over items of F1 between the Ekman groups of true and answered set", undefined=_NO_GROUP
)
def group_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of F1 of the sets of groups, in [0, 1]; two empty sets agree fully."""
    return weighted_mean(_grouped_f1(outcome), weights)


@metric(
    "ontology_sets",
    line="mean over items of F1 between the poles of valence of true and answered set",
    undefined=_NO_GROUP,
)
def pole_f1(outcome: LabelSets, weights: Weights) -> Floats:
    """Return (draws,) means of F1 of the sets of poles, in [0, 1]; two empty sets agree fully."""
    return weighted_mean(_poled_f1(outcome), weights)


@once
def _bounds(outcome: Labelled | LabelSets) -> Floats:
    """Return (2, n) distances: the mean over labels and the least."""
    if outcome.distance is None:
        raise ValueError("the outcome has no distances")
    return np.stack([outcome.distance.mean(axis=1), outcome.distance.min(axis=1)])


@once
def _said(outcome: Labelled | LabelSets) -> Floats:
    """Return (n,) distances of the answered labels: means over sets, the largest without an answer."""
    distance = outcome.distance
    if distance is None:
        raise ValueError("the outcome has no distances")
    if isinstance(outcome, Labelled):
        chosen = distance[np.arange(len(distance)), outcome.predicted]
        silent = outcome.predicted == NO_ANSWER
    else:
        chosen = ratio((distance * outcome.predicted).sum(axis=1), outcome.predicted.sum(axis=1))
        silent = ~outcome.predicted.any(axis=1)
    return np.where(silent, distance.max(axis=1), chosen)


@once
def _grouped_f1(outcome: LabelSets) -> Floats:
    return _collapsed_f1(outcome, ontology.groups(outcome.labels))


@once
def _poled_f1(outcome: LabelSets) -> Floats:
    return _collapsed_f1(outcome, ontology.poles(outcome.labels))


def _collapsed_f1(outcome: LabelSets, names: tuple[str, ...] | None) -> Floats:
    """Return (n,) F1 of sets of labels' groups or poles; NaN if a label has none."""
    if names is None:
        return np.full(len(outcome.gold), np.nan)
    member = np.array(names)[:, None] == np.unique(names)
    gold, said = outcome.gold @ member, outcome.predicted @ member
    sizes = gold.sum(axis=1) + said.sum(axis=1)
    return np.where(sizes > 0, ratio(2 * (gold & said).sum(axis=1), sizes), 1.0)
