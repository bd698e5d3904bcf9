"""Metrics of stated confidence: whether a model knows when it is right.

No answer counts as wrong with full confidence. Values are averages over all orders of answers with equal confidence.
"""

from __future__ import annotations

import numpy as np

from harness.metrics.algebra import once, ratio, weighted_mean
from harness.metrics.likelihood import CALIBRATION_ERROR
from harness.metrics.outcome import Confident
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights

BINS = 10
"""Bins of calibration error: models state confidence in tens and fives (Xiong et al. 2024, ICLR, arXiv 2306.13063)."""


@metric(
    "confidence", line="accuracy of the most confident answers, averaged over all coverages (fractions of answers kept)"
)
def selective_accuracy(outcome: Confident, weights: Weights) -> Floats:
    """Return (draws,) areas under accuracy against coverage, in [0, 1].

    One minus the area under the risk-coverage curve (El-Yaniv & Wiener 2010, JMLR 11, 1605-1641; Geifman & El-Yaniv
    2017, NeurIPS): the integral over coverage c from 0 to 1 of the accuracy of the c surest. Within g equally sure
    answers with h right ones, after N surer ones with H right, accuracy at N + t is (H + t h / g) / (N + t), and its
    integral over t from 0 to g is h + (H - N h / g) ln((N + g) / N).
    """
    size, right = _by_confidence(outcome, weights)
    after, hits = np.cumsum(size, axis=1), np.cumsum(right, axis=1)
    before, earlier = after - size, hits - right
    rate = np.nan_to_num(ratio(right, size))
    stretch = np.log(np.where((before > 0) & (size > 0), ratio(after, np.where(before > 0, before, 1.0)), 1.0))
    return ratio((right + (earlier - before * rate) * stretch).sum(axis=1), after[:, -1])


@metric("confidence", line="accuracy of the more confident half of the answers")
def accuracy_of_surest_half(outcome: Confident, weights: Weights) -> Floats:
    """Return (draws,) accuracies at a coverage of 1/2, in [0, 1]; answers tied at the border count by their mean."""
    size, right = _by_confidence(outcome, weights)
    half = size.sum(axis=1, keepdims=True) / 2
    before = np.cumsum(size, axis=1) - size
    kept = np.clip(half - before, 0.0, size)
    return ratio((kept * np.nan_to_num(ratio(right, size))).sum(axis=1), half[:, 0])


@metric(
    "confidence",
    line="probability that a right answer is more confident than a wrong one (ties half)",
    reasons=(("all answers are right", lambda outcome: bool((outcome.gold == outcome.predicted).all())),),
    undefined="all answers are wrong",
    chance=0.5,
)
def confidence_auroc(outcome: Confident, weights: Weights) -> Floats:
    """Return (draws,) areas under the ROC curve of confidence for correctness, in [0, 1] (`roc_auc_score`)."""
    size, right = _by_confidence(outcome, weights)
    wrong = size - right
    less_sure = np.cumsum(wrong[:, ::-1], axis=1)[:, ::-1] - wrong
    return ratio((right * (less_sure + wrong / 2)).sum(axis=1), right.sum(axis=1) * wrong.sum(axis=1))


@metric(
    "confidence",
    line="Brier score of the confidence: mean squared difference from correctness",
    higher_is_better=False,
)
def confidence_brier(outcome: Confident, weights: Weights) -> Floats:
    """Return (draws,) mean squared differences of confidence and correctness, in [0, 1] (`brier_score_loss`)."""
    return weighted_mean((outcome.confidence - _right(outcome)) ** 2, weights)


@metric(
    "confidence",
    line="expected calibration error of the stated confidence, 10 bins",
    **CALIBRATION_ERROR,
)
def confidence_ece(outcome: Confident, weights: Weights) -> Floats:
    """Return (draws,) errors, in [0, 1].

    Sum over bins of equal width of fraction of answers x abs(mean confidence - accuracy); Guo et al. (2017), ICML,
    equation 3.
    """
    gaps = weights @ (_members(outcome) * (outcome.confidence - _right(outcome))[:, None])
    return ratio(np.abs(gaps).sum(axis=1), weights.sum(axis=1))


@metric("confidence", line="mean confidence - accuracy", higher_is_better=None, span=(-1.0, 1.0))
def overconfidence(outcome: Confident, weights: Weights) -> Floats:
    """Return (draws,) differences of mean confidence and accuracy, in [-1, 1]."""
    return weighted_mean(outcome.confidence - _right(outcome), weights)


@once
def _right(outcome: Confident) -> Floats:
    """Return (n,) whether each answer is right, as 0 or 1."""
    right: Floats = (outcome.gold == outcome.predicted).astype(np.float64)
    return right


@once
def _levels(outcome: Confident) -> Floats:
    """Return (n, 2 levels) membership in each distinct confidence, highest first, of all and of right answers."""
    levels = np.unique(outcome.confidence)[::-1]
    members = (outcome.confidence[:, None] == levels).astype(np.float64)
    return np.hstack([members, members * _right(outcome)[:, None]])


@once
def _members(outcome: Confident) -> Floats:
    """Return (n, BINS) membership in bins of equal width, closed above."""
    place = np.clip(np.ceil(outcome.confidence * BINS).astype(int) - 1, 0, BINS - 1)
    members: Floats = (place[:, None] == np.arange(BINS)).astype(np.float64)
    return members


def _by_confidence(outcome: Confident, weights: Weights) -> tuple[Floats, Floats]:
    """Return (draws, levels) weights of all and of right answers at each confidence, highest first."""
    counts = (weights @ _levels(outcome)).astype(np.float64)
    size, right = np.split(counts, 2, axis=1)
    return size, right
