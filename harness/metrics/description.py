"""Metrics of descriptions, from the per-item scores of `harness.kinds.measures`.

`docs/description-metrics.md` shows which of them are valid. All sentences about feelings have a high cosine, so
`cosine` is reported with controls: `cosine_shuffled` (references of other items), `lift` and `own_auc`.
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
_fraction_of_texts = partial(_text, proportion=True)
_UNDEFINED = "no item has a reference"
_ALONE = "no other cluster has another reference"
_ALONE_POINT = "all items are in one cluster"
_CONSTANT = "true and read values are constant"
_UNPLACED = "no label is on a wheel"
_SILENT = "no item has a description"
_SHORT = "no item has a description of two words"
_EITHER_CONSTANT = "true or read values are constant"


@_metric(
    line="probability that the valence and arousal read from the text lie in the true quadrant",
    chance=0.25,
    caveat="rewards exaggeration: four canned extreme texts score higher than faithful descriptions",
)
def same_quadrant(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) mean probabilities of the same quadrant, in [0, 1]; 1/4 for a neutral text.

    Product over both dimensions of p q + (1 - p)(1 - q); p and q are Phi(x / sigma) of the true and the read value,
    sigma is the reader's error.
    """
    return weighted_mean(outcome.columns["same_quadrant"], weights)


@_metric(
    line="same_quadrant with the true points of other clusters",
    higher_is_better=None,
    undefined=_ALONE_POINT,
    chance=None,
)
def same_quadrant_shuffled(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) mean probabilities of the same quadrant, in [0, 1]."""
    return weighted_mean(outcome.columns["same_quadrant_shuffled"], weights)


@_plane(
    line="Lin's CCC of the valence read from the text with the true valence",
    undefined=_CONSTANT,
    chance=0.0,
    interval="jackknife",
    span=(-1.0, 1.0),
)
def valence_ccc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(_mean_filled(outcome, "valence"), outcome.columns["valence"], weights)


@_plane(
    line="Lin's CCC of the arousal read from the text with the true arousal",
    undefined=_CONSTANT,
    chance=0.0,
    interval="jackknife",
    span=(-1.0, 1.0),
)
def arousal_ccc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989), in [-1, 1]."""
    return agreement.ccc(_mean_filled(outcome, "arousal"), outcome.columns["arousal"], weights)


@_plane(
    line="Pearson's r of the valence read from the text with the true valence",
    undefined=_EITHER_CONSTANT,
    chance=0.0,
    span=(-1.0, 1.0),
)
def valence_r(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) Pearson correlations, in [-1, 1]."""
    return agreement.pearson(_mean_filled(outcome, "valence"), outcome.columns["valence"], weights)


@_plane(
    line="Pearson's r of the arousal read from the text with the true arousal",
    undefined=_EITHER_CONSTANT,
    chance=0.0,
    span=(-1.0, 1.0),
)
def arousal_r(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) Pearson correlations, in [-1, 1]."""
    return agreement.pearson(_mean_filled(outcome, "arousal"), outcome.columns["arousal"], weights)


@_plane(
    line="root mean squared error of the valence read from the text",
    higher_is_better=False,
    chance=None,
    span=(0.0, 2.0),
)
def valence_rmse(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) root mean squared differences, in [0, 2]."""
    return agreement.rmse(_worst_filled(outcome, "valence"), outcome.columns["valence"], weights)


@_plane(
    line="root mean squared error of the arousal read from the text",
    higher_is_better=False,
    chance=None,
    span=(0.0, 2.0),
)
def arousal_rmse(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) root mean squared differences, in [0, 2]."""
    return agreement.rmse(_worst_filled(outcome, "arousal"), outcome.columns["arousal"], weights)


@_of_some(line="F1 of the emotion words' wheel families against the labels'", undefined=_UNPLACED, chance=None)
def wheel_f1(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at wheel level 1, in [0, 1] (Shaver et al. 1987; Willcox 1982)."""
    return weighted_mean(outcome.columns["wheel_f1"], weights)


@_of_some(
    line="F1 of the emotion words' wheel clusters (second level) against the labels'", undefined=_UNPLACED, chance=None
)
def wheel_f1_fine(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of set F1 at wheel level 2, in [0, 1]."""
    return weighted_mean(outcome.columns["wheel_f1_fine"], weights)


@_of_some(line="cosine of the description to its own reference", undefined=_UNDEFINED, chance=None, span=(-1.0, 1.0))
def cosine(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the cosine to the own reference, in [-1, 1] (Reimers & Gurevych 2019)."""
    return weighted_mean(outcome.columns["cosine"], weights)


@_of_some(
    line="cosine of the description to references of other clusters",
    higher_is_better=None,
    undefined=_ALONE,
    chance=None,
    span=(-1.0, 1.0),
)
def cosine_shuffled(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the mean cosine to others' references, in [-1, 1]."""
    return weighted_mean(outcome.columns["cosine_shuffled"], weights)


@_of_some(line="cosine - cosine_shuffled", undefined=_ALONE, chance=0.0, span=(-2.0, 2.0))
def lift(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of `cosine` - `cosine_shuffled`, in [-2, 2]."""
    return weighted_mean(outcome.columns["cosine"] - outcome.columns["cosine_shuffled"], weights)


@_of_some(
    line="probability that the own reference is nearer than another cluster's (ties half)", undefined=_ALONE, chance=0.5
)
def own_auc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the items' AUC, in [0, 1]."""
    return weighted_mean(outcome.columns["own_auc"], weights)


@_of_some(line="lift under the second embedder, static word vectors", undefined=_ALONE, chance=0.0, span=(-2.0, 2.0))
def lift_static(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the difference of cosines under WordLlama, in [-2, 2]."""
    return weighted_mean(outcome.columns["cosine_static"] - outcome.columns["cosine_shuffled_static"], weights)


@_of_some(line="own_auc under the second embedder, static word vectors", undefined=_ALONE, chance=0.5)
def own_auc_static(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the items' AUC under WordLlama, in [0, 1]."""
    return weighted_mean(outcome.columns["own_auc_static"], weights)


@_fraction_of_texts(
    line="fraction of descriptions that claim an age, sex, scene, object, name or gesture",
    higher_is_better=False,
    undefined=_SILENT,
    chance=None,
)
def unsupported(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) fractions of descriptions with a claim that two numbers cannot support, in [0, 1]."""
    return weighted_mean(outcome.columns["unsupported"], weights)


@_text(line="mean number of words", higher_is_better=None, undefined=_SILENT, chance=None, span=(0.0, inf))
def length(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) mean word counts, at least 0."""
    return weighted_mean(outcome.columns["words"], weights)


@_text(line="fraction of word pairs that a description repeats", higher_is_better=False, undefined=_SHORT, chance=None)
def repetition(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of one minus distinct-2, in [0, 1] (Li et al. 2016, arXiv:1510.03055)."""
    return weighted_mean(outcome.columns["repetition"], weights)


@_fraction_of_texts(
    line="fraction of descriptions that are nearly identical to another item's",
    higher_is_better=False,
    undefined=_SILENT,
    chance=None,
)
def near_duplicates(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) fractions with a resemblance of 0.8 or more to another description, in [0, 1] (Broder 1997)."""
    return weighted_mean(outcome.columns["near_duplicate"], weights)


@_fraction_of_texts(
    line="fraction of descriptions that repeat the numbers", higher_is_better=False, undefined=_SILENT, chance=None
)
def echo(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) fractions of descriptions that name valence, arousal or a decimal number, in [0, 1]."""
    return weighted_mean(outcome.columns["echo"], weights)


def _mean_filled(outcome: Described, axis: str) -> Floats:
    """Return (n,) readings; missing ones get the mean of the others, so that they add no covariance."""
    read = outcome.columns[f"read_{axis}"]
    missing = np.isnan(read)
    return np.where(missing, 0.0 if missing.all() else read[~missing].mean(), read)


def _worst_filled(outcome: Described, axis: str) -> Floats:
    """Return (n,) readings; missing ones get the end of the scale farther from the truth."""
    read = outcome.columns[f"read_{axis}"]
    return np.where(np.isnan(read), -np.copysign(1.0, outcome.columns[axis]), read)
