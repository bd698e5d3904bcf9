"""Metrics of descriptions, from the per-item scores of `harness.kinds.measures`.

`docs/description-metrics.md` tells which of them see what they claim to see. A raw cosine is never shown alone, since
sentences about feelings resemble each other whatever they say: `cosine` stands beside the same against other items'
references (`cosine_shuffled`), their difference (`lift`), and how often the own reference is the nearer (`own_auc`).
"""

from __future__ import annotations

from functools import partial
from math import inf

import numpy as np

from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Described
from harness.metrics.registry import metric
from harness.stats import agreement
from harness.stats.arrays import Floats, Weights

_metric = partial(metric, "description")
_of_some = partial(_metric, partial=True)
_plane = partial(metric, "description", "va")
_text = partial(metric, "description", "text", partial=True)
_share_of_texts = partial(_text, proportion=True)
_UNDEFINED = "no item has a reference"
_ALONE = "no other cluster has a reference that differs"
_ALONE_POINT = "there is no other cluster"
_CONSTANT = "neither the points nor the readings vary"
_UNPLACED = "no wheel has a place for any label"
_SILENT = "no item has a description"
_SHORT = "no item has a description of two words"
_EITHER_CONSTANT = "the points or the readings do not vary"


@_metric(line="chance that the valence and arousal read from the text lie in the given point's quadrant", chance=0.25)
def same_quadrant(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the probability of one quadrant, in [0, 1]; 1/4 for a neutral text.

    Product over both dimensions of p q + (1 - p)(1 - q), p and q = Phi(x / sigma), sigma the reader's error.
    """
    return weighted_mean(outcome.columns["same_quadrant"], weights)


@_metric(
    line="the same with the points of items of other clusters",
    higher_is_better=None,
    undefined=_ALONE_POINT,
    chance=None,
)
def same_quadrant_shuffled(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the probability of one quadrant with others' points, in [0, 1]."""
    return weighted_mean(outcome.columns["same_quadrant_shuffled"], weights)


@_plane(
    line="Lin's CCC of the valence read from the text with the true one",
    undefined=_CONSTANT,
    chance=0.0,
    interval="jackknife",
    span=(-1.0, 1.0),
)
def valence_ccc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(_telling_nothing(outcome, "valence"), outcome.columns["valence"], weights)


@_plane(
    line="Lin's CCC of the arousal read from the text with the true one",
    undefined=_CONSTANT,
    chance=0.0,
    interval="jackknife",
    span=(-1.0, 1.0),
)
def arousal_ccc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(_telling_nothing(outcome, "arousal"), outcome.columns["arousal"], weights)


@_plane(
    line="Pearson's r of the valence read from the text with the true one",
    undefined=_EITHER_CONSTANT,
    chance=0.0,
    span=(-1.0, 1.0),
)
def valence_r(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) Pearson correlations, in [-1, 1]."""
    return agreement.pearson(_telling_nothing(outcome, "valence"), outcome.columns["valence"], weights)


@_plane(
    line="Pearson's r of the arousal read from the text with the true one",
    undefined=_EITHER_CONSTANT,
    chance=0.0,
    span=(-1.0, 1.0),
)
def arousal_r(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) Pearson correlations, in [-1, 1]."""
    return agreement.pearson(_telling_nothing(outcome, "arousal"), outcome.columns["arousal"], weights)


@_plane(
    line="root mean squared error of the valence read from the text",
    higher_is_better=False,
    chance=None,
    span=(0.0, 2.0),
)
def valence_rmse(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) root mean squared differences, in [0, 2]."""
    return agreement.rmse(_farthest(outcome, "valence"), outcome.columns["valence"], weights)


@_plane(
    line="root mean squared error of the arousal read from the text",
    higher_is_better=False,
    chance=None,
    span=(0.0, 2.0),
)
def arousal_rmse(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) root mean squared differences, in [0, 2]."""
    return agreement.rmse(_farthest(outcome, "arousal"), outcome.columns["arousal"], weights)


@_of_some(line="F1 of the emotion words' wheel families against the labels'", undefined=_UNPLACED, chance=None)
def wheel_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at wheel level 1, in [0, 1] (Shaver et al. 1987; Willcox 1982)."""
    return weighted_mean(outcome.columns["wheel_f1"], weights)


@_of_some(line="the same at the wheels' second level", undefined=_UNPLACED, chance=None)
def wheel_f1_fine(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at wheel level 2, in [0, 1]."""
    return weighted_mean(outcome.columns["wheel_f1_fine"], weights)


@_metric(line="cosine of the description to its own reference", undefined=_UNDEFINED, chance=None, span=(-1.0, 1.0))
def cosine(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the cosine to the own reference, in [-1, 1] (Reimers & Gurevych 2019)."""
    return weighted_mean(outcome.columns["cosine"], weights)


@_metric(
    line="the same cosine, to the references of items of other clusters",
    higher_is_better=None,
    undefined=_ALONE,
    chance=None,
    span=(-1.0, 1.0),
)
def cosine_shuffled(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the mean cosine to others' references, in [-1, 1]."""
    return weighted_mean(outcome.columns["cosine_shuffled"], weights)


@_metric(
    line="cosine to the own reference above that to others' references", undefined=_ALONE, chance=0.0, span=(-2.0, 2.0)
)
def lift(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of `cosine` - `cosine_shuffled`, in [-2, 2]."""
    return weighted_mean(outcome.columns["cosine"] - outcome.columns["cosine_shuffled"], weights)


@_metric(line="how often the own reference is nearer than another's (ties half)", undefined=_ALONE, chance=0.5)
def own_auc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the per-item AUC of own against others' references, in [0, 1]."""
    return weighted_mean(outcome.columns["own_auc"], weights)


@_metric(line="lift under the second embedder, static word vectors", undefined=_ALONE, chance=0.0, span=(-2.0, 2.0))
def lift_static(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the difference of cosines under WordLlama, in [-2, 2]."""
    return weighted_mean(outcome.columns["cosine_static"] - outcome.columns["cosine_shuffled_static"], weights)


@_metric(line="own_auc under the second embedder, static word vectors", undefined=_ALONE, chance=0.5)
def own_auc_static(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the per-item AUC under WordLlama, in [0, 1]."""
    return weighted_mean(outcome.columns["own_auc_static"], weights)


@_share_of_texts(
    line="share of descriptions that claim an age, sex, scene, object, name or gesture",
    higher_is_better=False,
    undefined=_SILENT,
    chance=None,
)
def unsupported(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) shares of descriptions with a claim that two numbers cannot support, in [0, 1]."""
    return weighted_mean(outcome.columns["unsupported"], weights)


@_text(line="mean number of words", higher_is_better=None, undefined=_SILENT, chance=None, span=(0.0, inf))
def length(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) mean word counts, at least 0."""
    return weighted_mean(outcome.columns["words"], weights)


@_text(line="share of word pairs that a description repeats", higher_is_better=False, undefined=_SHORT, chance=None)
def repetition(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of one minus distinct-2, in [0, 1] (Li et al. 2016, arXiv:1510.03055)."""
    return weighted_mean(outcome.columns["repetition"], weights)


@_share_of_texts(
    line="share of descriptions nearly identical to another's", higher_is_better=False, undefined=_SILENT, chance=None
)
def near_duplicates(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) shares of descriptions that resemble another item's by 0.8 or more, in [0, 1] (Broder 1997)."""
    return weighted_mean(outcome.columns["near_duplicate"], weights)


@_share_of_texts(
    line="share of descriptions that hand the numbers back", higher_is_better=False, undefined=_SILENT, chance=None
)
def echo(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) shares of descriptions that name valence, arousal or a decimal figure, in [0, 1]."""
    return weighted_mean(outcome.columns["echo"], weights)


def _telling_nothing(outcome: Described, axis: str) -> Floats:
    """Return (n,) readings, those that are missing at the mean of the others, where they covary with nothing.

    Any place that depends on the truth would make an order out of silence; a fixed one would, too, where silence
    falls on one side of the scale.
    """
    read = outcome.columns[f"read_{axis}"]
    missing = np.isnan(read)
    return np.where(missing, 0.0 if missing.all() else read[~missing].mean(), read)


def _farthest(outcome: Described, axis: str) -> Floats:
    """Return (n,) readings, those that are missing at the end of the scale that lies farther from the truth."""
    read = outcome.columns[f"read_{axis}"]
    return np.where(np.isnan(read), -np.copysign(1.0, outcome.columns[axis]), read)
