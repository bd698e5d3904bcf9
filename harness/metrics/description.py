"""Metrics of descriptions, averages of per-item scores that `harness.similarity` computes from embeddings.

A raw cosine is never shown alone: sentences about feelings resemble each other whatever they say, so `cosine` stands
beside the same against other items' references (`cosine_shuffled`), their difference (`lift`), and how often the item's
own reference is the nearer one (`own_auc`).
"""

from __future__ import annotations

from harness.kinds import Kind
from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Described, Floats, Weights
from harness.metrics.registry import metric

_UNDEFINED = "no item has a reference"
_ALONE = "no other cluster has a reference that differs"


@metric(Kind.DESCRIPTION, line="cosine of the description to its own reference", undefined=_UNDEFINED, chance=None)
def cosine(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the cosine to the own reference, in [-1, 1]."""
    return weighted_mean(outcome.columns["cosine"], weights)


@metric(
    Kind.DESCRIPTION,
    line="the same cosine, to the references of items of other clusters",
    higher_is_better=None,
    undefined=_ALONE,
    chance=None,
)
def cosine_shuffled(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the mean cosine to others' references, in [-1, 1]."""
    return weighted_mean(outcome.columns["cosine_shuffled"], weights)


@metric(
    Kind.DESCRIPTION, line="cosine to the own reference above that to others' references", undefined=_ALONE, chance=0.0
)
def lift(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of `cosine` - `cosine_shuffled`, in [-2, 2]."""
    return weighted_mean(outcome.columns["cosine"] - outcome.columns["cosine_shuffled"], weights)


@metric(
    Kind.DESCRIPTION,
    line="how often the own reference is nearer than another's (ties half)",
    undefined=_ALONE,
    chance=0.5,
)
def own_auc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the per-item AUC of own against others' references, in [0, 1]."""
    return weighted_mean(outcome.columns["own_auc"], weights)
