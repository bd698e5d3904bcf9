"""Every metric, one function each; see `registry` for the contract."""

from harness.metrics import (
    annotators,
    bias,
    change,
    confidence,
    conflict,
    coordinates,
    description,
    distribution,
    labels,
    likelihood,
    plane,
    ranked,
    votes,
    words,
)
from harness.metrics.registry import Metric, declared
from harness.record.kinds import Kind

__all__ = [
    "Metric",
    "all_metrics",
    "annotators",
    "bias",
    "change",
    "confidence",
    "conflict",
    "coordinates",
    "description",
    "distribution",
    "labels",
    "likelihood",
    "metrics_of",
    "plane",
    "ranked",
    "votes",
    "words",
]


_ORDER = tuple(
    module.__name__
    for module in (
        *(labels, ranked, coordinates, change, description, distribution, words),
        *(confidence, conflict, likelihood, plane, votes, annotators, bias),
    )
)


def all_metrics() -> list[Metric]:
    """Return every metric: what is right first, then how near the rest comes, then how answers lean."""
    rank = {name: place for place, name in enumerate(_ORDER)}
    return sorted(declared(), key=lambda metric: rank.get(metric.compute.__module__, len(rank)))


def metrics_of(kind: Kind) -> list[Metric]:
    """Return the metrics that answer `kind`, in the same order."""
    return [metric for metric in all_metrics() if kind in metric.kinds]
