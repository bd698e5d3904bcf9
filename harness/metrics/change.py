"""Metrics of a described change: points read from its two sentences against the first and last point given.

A change counts as rise or fall if it is at least the error of a difference of two readings
(`harness.metrics.direction.large_enough`). Rises and falls have equal weight, so any constant text scores 1/2.
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
_ccc = partial(_metric, undefined="given and read values are constant", interval="jackknife", span=(-1, 1))
_r = partial(_metric, undefined="given or read values are constant", span=(-1, 1))
_direction = partial(_metric, undefined="no rise or no fall is large enough", reliable_from=100)


@_direction(line="fraction of changes described in the right direction, mean over rises and falls, valence and arousal")
def right_direction(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of `valence_direction` and `arousal_direction`, if they have a value, in [0, 1]."""
    both = np.column_stack([valence_direction(outcome, weights), arousal_direction(outcome, weights)])
    return mean_where(both, ~np.isnan(both))


@_direction(line="fraction of valence changes described in the right direction, mean over rises and falls")
def valence_direction(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of the fractions right among rises and among falls, in [0, 1]; 1/2 for a constant text."""
    return _balanced(outcome, weights, 0)


@_direction(line="fraction of arousal changes described in the right direction, mean over rises and falls")
def arousal_direction(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of the fractions right among rises and among falls, in [0, 1]; 1/2 for a constant text."""
    return _balanced(outcome, weights, 1)


@_metric(
    line="cosine between the change read and the given one, over changes that are large enough",
    undefined="no change is large enough",
    partial=True,
    span=(-1.0, 1.0),
)
def change_cosine(outcome: Changed, weights: Weights) -> Floats:
    """Return (draws,) means of r g / (|r| |g|), in [-1, 1]; r the change read, g the given one; 0 where r is 0."""
    read, given = outcome.read_change, outcome.given_change
    lengths = np.linalg.norm(read, axis=1) * np.linalg.norm(given, axis=1)
    cosine = (read * given).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    return weighted_mean(np.where(outcome.large.any(axis=1), cosine, np.nan), weights)


@_metric(
    line="probability that the change read is larger for a large change than for a small one (ties half)",
    reasons=(("no change is large enough", lambda outcome: not outcome.large.any()),),
    undefined="every change is large enough",
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
    """Return (draws,) means of the fractions right among rises and among falls; NaN if a draw lacks either."""
    right, rises = outcome.right[:, axis], outcome.given_change[:, axis] > 0
    return (
        weighted_mean(np.where(rises, right, np.nan), weights) + weighted_mean(np.where(rises, np.nan, right), weights)
    ) / 2
