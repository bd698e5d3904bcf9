"""The main metric of valence and arousal, stated or read from a text; the other metrics are in `description`."""

from __future__ import annotations

from harness.metrics.description import arousal_ccc, valence_ccc
from harness.metrics.outcome import Described
from harness.metrics.registry import metric
from harness.stats.arrays import Floats, Weights


@metric(
    "coordinates",
    line="mean of valence_ccc and arousal_ccc",
    undefined="true and answered values are constant",
    chance=0.0,
    reliable_from=150,
    span=(-1.0, 1.0),
)
def va_ccc(outcome: Described, weights: Weights) -> Floats:
    """Return (draws,) means of the two concordance correlations (Lin 1989), in [-1, 1]."""
    return (valence_ccc(outcome, weights) + arousal_ccc(outcome, weights)) / 2
