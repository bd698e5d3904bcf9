"""The answers of the model, the baselines and the ceilings to the same items."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.metrics.outcome import Outcome
from harness.scoring.chance import to_other_items
from harness.scoring.repeats import Repeated
from harness.stats.arrays import Ints

GUESSES = 10
"""Random answers, or orders of answers, whose mean is a floor."""


@dataclass(frozen=True)
class Answers:
    """Answers of the model, the baselines and the ceilings to the same items.

    Attributes:
        model: of each repeat.
        baselines: by name.
        ceilings: by name.
        clusters: (n,) cluster index of each item.
    """

    model: Repeated
    baselines: dict[str, Outcome]
    ceilings: dict[str, Outcome]
    clusters: Ints
    _shuffled: dict[str, tuple[Outcome, ...]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of clusters."""
        return int(self.clusters.max()) + 1

    def to_others(self, name: str) -> tuple[Outcome, ...]:
        """Return the answers of a baseline or ceiling in random orders over the items; empty for descriptions."""
        if name not in self._shuffled:
            given = (self.baselines | self.ceilings)[name]
            self._shuffled[name] = to_other_items(given, self.clusters.size, GUESSES)
        return self._shuffled[name]
