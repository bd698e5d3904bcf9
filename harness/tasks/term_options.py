"""The options of the `norms_term` tasks: for each term the right one and seven distractors at stated VA distances.

Distractors are drawn from rings around the term's point in the valence-arousal plane: two at a Euclidean distance of
0.25-0.50, three at 0.50-0.90 and two beyond 0.90; nearer terms are never offered, since their ratings overlap
(published SDs are 0.20-0.57). The draw is seeded, and its result is committed as `tasks/norms/options.csv`; run
`python -m harness.tasks.term_options FILE` to write it again.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from va_extractor.emotions.prototypes import Norm, norms

SEED = 142
RINGS = ((0.25, 0.50, 2), (0.50, 0.90, 3), (0.90, np.inf, 2))


def options() -> dict[str, list[str]]:
    """Return, for each term, its eight options in the order in which they are offered."""
    rng = np.random.default_rng(SEED)
    return {term: _offer(norm, rng) for term, norm in norms().items()}


def distance(one: Norm, other: Norm) -> float:
    """Return the Euclidean distance of two terms in the valence-arousal plane, in [0, 2.83]."""
    return float(np.hypot(one.valence - other.valence, one.arousal - other.arousal))


def write(path: Path) -> None:
    """Write the options as CSV: `term`, `option_1` ... `option_8`."""
    offered = options()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["term", *(f"option_{number}" for number in range(1, 9))])
        writer.writerows([term, *chosen] for term, chosen in offered.items())


def _offer(norm: Norm, rng: np.random.Generator) -> list[str]:
    chosen = [norm.term]
    for low, high, count in RINGS:
        ring = [other.term for other in norms().values() if low <= distance(norm, other) < high]
        chosen += rng.choice(ring, size=count, replace=False).tolist()
    return [chosen[index] for index in rng.permutation(len(chosen))]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
