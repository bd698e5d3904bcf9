"""Metrics of a described change: what is read from beginning and end against the first and last point given.

A change in a dimension has a direction to tell where it is at least as large as the error of a difference of two
readings (`harness.metrics.direction.large_enough`). Rises and falls count alike, so that no one text for all items is
worth more than 1/2.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.metrics.algebra import mean_where, weighted_mean
from harness.metrics.outcome import Changed
from harness.metrics.ranked import areas
from harness.metrics.registry import metric
from harness.stats import agreement
from harness.stats.arrays import Floats, Weights

_metric = partial(metric, "change")
_ccc = partial(_metric, undefined="neither what was given nor what was read varies", interval="jackknife", span=(-1, 1))
_r = partial(_metric, undefined="what was given or what was read does not vary", span=(-1, 1))
_direction = partial(_metric, undefined="not both a rise and a fall are large enough to be told", reliable_from=100)


@_direction(line="share of changes whose text changes the right way, mean over rises and falls, valence and arousal")
def right_direction(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of `valence_direction` and `arousal_direction`, of those that have a value, in [0, 1]."""
    both = np.column_stack([valence_direction(outcome, weights), arousal_direction(outcome, weights)])
    return mean_where(both, ~np.isnan(both))


@_direction(line="the same of valence alone")
def valence_direction(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of the shares right among rises and among falls, in [0, 1]; 1/2 for any one text."""
    return _balanced(outcome, weights, 0)


@_direction(line="the same of arousal alone")
def arousal_direction(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of the shares right among rises and among falls, in [0, 1]; 1/2 for any one text."""
    return _balanced(outcome, weights, 1)


@_metric(
    line="cosine of the change read to the given one, where there is one to tell",
    undefined="no change is large enough to be told",
    partial=True,
    span=(-1.0, 1.0),
)
def change_cosine(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of r g / (|r| |g|), in [-1, 1]; r the change read, g the given one; 0 where r is 0."""
    read, given = outcome.read_change, outcome.given_change
    lengths = np.linalg.norm(read, axis=1) * np.linalg.norm(given, axis=1)
    cosine = (read * given).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    return weighted_mean(np.where(outcome.told.any(axis=1), cosine, np.nan), weights)


@_metric(
    line="chance that the text changes more where there is a change to tell than where there is none (ties half)",
    undefined="every item has a change to tell, or none has",
)
def change_auc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) areas under the ROC curve of the size of the change read, in [0, 1] (`roc_auc_score`)."""
    return areas(outcome.moved, weights).roc[:, 0]


@_ccc(line="Lin's CCC of the change in valence read from the text with the given one")
def valence_change_ccc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(outcome.read_change[:, 0], outcome.given_change[:, 0], weights)


@_ccc(line="Lin's CCC of the change in arousal read from the text with the given one")
def arousal_change_ccc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(outcome.read_change[:, 1], outcome.given_change[:, 1], weights)


@_r(line="Pearson's r of the change in valence read from the text with the given one")
def valence_change_r(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) Pearson correlations, in [-1, 1]."""
    return agreement.pearson(outcome.read_change[:, 0], outcome.given_change[:, 0], weights)


@_r(line="Pearson's r of the change in arousal read from the text with the given one")
def arousal_change_r(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) Pearson correlations, in [-1, 1]."""
    return agreement.pearson(outcome.read_change[:, 1], outcome.given_change[:, 1], weights)


@_ccc(line="Lin's CCC of the valence read from the beginning with the first one given")
def first_valence_ccc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(outcome.read[:, 0, 0], outcome.given[:, 0, 0], weights)


@_ccc(line="Lin's CCC of the arousal read from the beginning with the first one given")
def first_arousal_ccc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(outcome.read[:, 0, 1], outcome.given[:, 0, 1], weights)


@_ccc(line="Lin's CCC of the valence read from the end with the last one given")
def last_valence_ccc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(outcome.read[:, 1, 0], outcome.given[:, 1, 0], weights)


@_ccc(line="Lin's CCC of the arousal read from the end with the last one given")
def last_arousal_ccc(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(outcome.read[:, 1, 1], outcome.given[:, 1, 1], weights)


def _balanced(outcome: Changed, weights: Weights, axis: int) -> Floats:
    """Return (draws,) means of the share right among rises and among falls; NaN where a draw lacks either."""
    right, rises = outcome.right[:, axis], outcome.given_change[:, axis] > 0
    return (
        weighted_mean(np.where(rises, right, np.nan), weights) + weighted_mean(np.where(rises, np.nan, right), weights)
    ) / 2
