"""Metrics of the probabilities of the offered labels: accuracy, loss and calibration.

Probabilities are the softmax of the log-likelihoods over the offered labels. `_norm` variants first divide each
log-likelihood by the characters of the label, as lm-eval's `acc_norm` does, to correct for length. `_cal` variants
divide each probability by that in prompts without content (contextual calibration), to correct for the model's
preference for a label.
"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any

import numpy as np

from harness.metrics.algebra import ratio, weighted_mean
from harness.metrics.outcome import UNEVEN, Labelled
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Ints, Weights

BINS = 15
_MISSING: dict[str, Any] = {"reasons": (UNEVEN,), "undefined": "no log-likelihoods: the model returned text"}
_UNCALIBRATED: dict[str, Any] = {
    "reasons": (UNEVEN,),
    "undefined": "no log-likelihoods of prompts without content",
}
CALIBRATION_ERROR: dict[str, Any] = {
    "higher_is_better": False,
    "biased": True,
    "interval": "corrected",
    "caveat": "biased upward, more with fewer items, and the interval of a small value is too high",
}
"""Even calibrated probabilities show some error on a sample; resampling cannot remove it (`docs/statistics.md`)."""
_metric = partial(metric, "likelihood")
_fraction = partial(_metric, proportion=True)
_loss = partial(_metric, higher_is_better=False, chance=None)
_error = partial(_metric, chance=None, **CALIBRATION_ERROR)


@_fraction(line="fraction of items whose true label is one of the two likeliest", **_MISSING)
def top2_accuracy(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) fractions, in [0, 1] (`top_k_accuracy_score(k=2)`; ties go to the label offered first)."""
    if outcome.scores is None:
        return np.full(len(weights), np.nan)
    own = np.take_along_axis(outcome.scores, outcome.gold[:, None], axis=1)
    earlier = np.arange(outcome.scores.shape[1]) < outcome.gold[:, None]
    ahead = ((outcome.scores > own) | ((outcome.scores == own) & earlier)).sum(axis=1)
    return weighted_mean((ahead < 2).astype(np.float64), weights)


@_fraction(line="fraction of items whose true label has the highest log-likelihood per character", **_MISSING)
def accuracy_norm(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) fractions, in [0, 1] (lm-eval's `acc_norm`)."""
    if outcome.scores_norm is None:
        return np.full(len(weights), np.nan)
    return weighted_mean((outcome.scores_norm.argmax(axis=1) == outcome.gold).astype(np.float64), weights)


@_fraction(line="fraction of items whose true label has the highest calibrated probability", **_UNCALIBRATED)
def accuracy_cal(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) fractions, in [0, 1] (Zhao et al. 2021, arXiv:2102.09690)."""
    if outcome.scores_cal is None:
        return np.full(len(weights), np.nan)
    return weighted_mean((outcome.scores_cal.argmax(axis=1) == outcome.gold).astype(np.float64), weights)


@_loss(line="Brier score: squared error of the probabilities, summed over labels", span=(0.0, 2.0), **_MISSING)
def brier(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) means of sum (p - 1[true])^2, in [0, 2] (Brier 1950, Monthly Weather Review 78(1), 1-3)."""
    return _brier(outcome.scores, outcome, weights)


@_loss(line="brier of log-likelihoods divided by the label's characters", span=(0.0, 2.0), **_MISSING)
def brier_norm(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) mean squared errors, in [0, 2]."""
    return _brier(outcome.scores_norm, outcome, weights)


@_loss(line="brier of probabilities divided by those without content", span=(0.0, 2.0), **_UNCALIBRATED)
def brier_cal(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) mean squared errors, in [0, 2]."""
    return _brier(outcome.scores_cal, outcome, weights)


@_loss(line="log loss: mean of -ln of the true label's probability", span=(0.0, inf), **_MISSING)
def log_loss(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) means of -ln p(true label) in nats, from 0 (`sklearn.metrics.log_loss`)."""
    return _log_loss(outcome.scores, outcome, weights)


@_loss(line="log_loss of log-likelihoods divided by the label's characters", span=(0.0, inf), **_MISSING)
def log_loss_norm(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) mean losses in nats, from 0."""
    return _log_loss(outcome.scores_norm, outcome, weights)


@_loss(line="log_loss of probabilities divided by those without content", span=(0.0, inf), **_UNCALIBRATED)
def log_loss_cal(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) mean losses in nats, from 0."""
    return _log_loss(outcome.scores_cal, outcome, weights)


@_error(line="expected calibration error of the likeliest label's probability, 15 bins", **_MISSING)
def ece(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) errors, in [0, 1] (Guo et al. 2017, ICML, equation 3).

    Sum over 15 bins of equal width of fraction of items x abs(mean p - accuracy), p of the likeliest label.
    """
    return _ece(outcome.scores, outcome, weights)


@_error(line="ece of log-likelihoods divided by the label's characters", **_MISSING)
def ece_norm(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) errors, in [0, 1]."""
    return _ece(outcome.scores_norm, outcome, weights)


@_error(line="ece of probabilities divided by those without content", **_UNCALIBRATED)
def ece_cal(outcome: Labelled, weights: Weights) -> Floats:
    """Return (draws,) errors, in [0, 1]."""
    return _ece(outcome.scores_cal, outcome, weights)


def probabilities(scores: Floats) -> Floats:
    """Return (n, k) probabilities of the offered labels: the softmax of their (n, k) log-likelihoods."""
    from scipy.special import softmax

    return np.asarray(softmax(scores, axis=1), dtype=np.float64)


def binned(scores: Floats, gold: Ints) -> tuple[Floats, Floats, Floats]:
    """Return (n, bins) membership in bins of equal width, (n,) confidences, and (n,) whether the likeliest is right."""
    given = probabilities(scores)
    confidence = given.max(axis=1)
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    members = (place[:, None] == np.arange(BINS)).astype(np.float64)
    return members, confidence, (given.argmax(axis=1) == gold).astype(np.float64)


def _brier(scores: Floats | None, outcome: Labelled, weights: Weights) -> Floats:
    if scores is None:
        return np.full(len(weights), np.nan)
    truth = np.arange(scores.shape[1]) == outcome.gold[:, None]
    return weighted_mean(((probabilities(scores) - truth) ** 2).sum(axis=1), weights)


def _log_loss(scores: Floats | None, outcome: Labelled, weights: Weights) -> Floats:
    if scores is None:
        return np.full(len(weights), np.nan)
    from scipy.special import log_softmax

    logs = np.asarray(log_softmax(scores, axis=1), dtype=np.float64)
    return weighted_mean(-logs[np.arange(outcome.gold.size), outcome.gold], weights)


def _ece(scores: Floats | None, outcome: Labelled, weights: Weights) -> Floats:
    if scores is None:
        return np.full(len(weights), np.nan)
    members, confidence, right = binned(scores, outcome.gold)
    gaps = weights @ (members * (confidence - right)[:, None])
    return ratio(np.abs(gaps).sum(axis=1), weights.sum(axis=1))
