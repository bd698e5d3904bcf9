"""Metrics of free emotion words, placed on published wheels at three levels (`harness.text.emotion_words`).

F1 between the places of the words and those of the annotated labels, the mean over the wheels that have a place for a
label. An answer without an emotion word scores 0.
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
_UNPLACED = "no wheel has a place for any label"


@_of_places(line="F1 of the words' families on the wheels against the labels'", undefined=_UNPLACED, chance=None)
def family_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at the first level, such as joy, in [0, 1] (Shaver et al. 1987; Willcox 1982)."""
    return weighted_mean(outcome.columns["family_f1"], weights)


@_of_places(line="the same at the second level, such as joy/cheerfulness", undefined=_UNPLACED, chance=None)
def cluster_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at the second level, in [0, 1]."""
    return weighted_mean(outcome.columns["cluster_f1"], weights)


@_of_places(line="the same at the third level, the term itself in any of its forms", undefined=_UNPLACED, chance=None)
def term_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at the third level, in [0, 1]."""
    return weighted_mean(outcome.columns["term_f1"], weights)


@_of_places(line="F1 of the words' poles of valence against the labels'", undefined="no label has a pole", chance=None)
def word_pole_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 of the poles (`harness.text.ontology.POLES`), in [0, 1]."""
    return weighted_mean(outcome.columns["word_pole_f1"], weights)


@_metric(line="mean number of different emotion words named", higher_is_better=None, chance=None, span=(0.0, inf))
def words_named(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) mean counts of different terms of the table, at least 0."""
    return weighted_mean(outcome.columns["words_named"], weights)
