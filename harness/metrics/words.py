"""Metrics of free emotion words on published wheels with three levels (`harness.text.emotion_words`).

F1 between the nodes of the words and of the annotated labels, averaged over the wheels that have a node for a label. An
answer without an emotion word scores 0.
"""

from __future__ import annotations

from functools import partial
from math import inf

from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Described
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights

_metric = partial(metric, "words")
_of_places = partial(_metric, partial=True)
_UNPLACED = "no label is on a wheel"


@_of_places(
    line="F1 of the words' families on the wheels (level 1) against the labels'", undefined=_UNPLACED, chance=None
)
def family_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at the first level, such as joy, in [0, 1] (Shaver et al. 1987; Willcox 1982)."""
    return weighted_mean(outcome.columns["family_f1"], weights)


@_of_places(
    line="F1 of the words' clusters on the wheels (level 2) against the labels'", undefined=_UNPLACED, chance=None
)
def cluster_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at the second level, such as joy/cheerfulness, in [0, 1]."""
    return weighted_mean(outcome.columns["cluster_f1"], weights)


@_of_places(line="F1 of the terms themselves (level 3) against the labels'", undefined=_UNPLACED, chance=None)
def term_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at the third level, the term in any of its forms, in [0, 1]."""
    return weighted_mean(outcome.columns["term_f1"], weights)


@_of_places(line="F1 of the words' poles of valence against the labels'", undefined="no label has a pole", chance=None)
def word_pole_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 of the poles (`harness.metrics.ontology.POLES`), in [0, 1]."""
    return weighted_mean(outcome.columns["word_pole_f1"], weights)


@_metric(line="mean number of different emotion words", higher_is_better=None, chance=None, span=(0.0, inf))
def words_named(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) mean counts of different terms of the table, at least 0."""
    return weighted_mean(outcome.columns["words_named"], weights)
