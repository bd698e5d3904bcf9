"""Which of six shapes a sequence of valence and arousal over `STEPS` moments has.

Sequences are SYNTHETIC for every source: each starts at a row's own point, and the rest is drawn. The axis that changes
moves by `LEAST` to `MOST` in total; every moment has a normal error of `NOISE` on both axes. In `swings in
pleasantness`, valence goes there and back three times. All shapes are equally frequent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.kinds.derive._derivation import Derivation, Made, balanced, generator
from harness.record import Item

STEPS = 7
LEAST, MOST = 0.6, 0.9
NOISE = 0.04
LABELS = (
    "becomes more pleasant",
    "becomes less pleasant",
    "becomes more activated",
    "becomes calmer",
    "swings in pleasantness",
    "stays the same",
)
_RAMP = np.linspace(0.0, 1.0, STEPS)
_COURSES = {
    "becomes more pleasant": (0, _RAMP),
    "becomes less pleasant": (0, -_RAMP),
    "becomes more activated": (1, _RAMP),
    "becomes calmer": (1, -_RAMP),
    "swings in pleasantness": (0, np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0])),
    "stays the same": (0, np.zeros(STEPS)),
}


def course(label: str, start: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """Draw (STEPS, 2) valence and arousal of a labelled shape, in [-1, 1].

    The start is moved inward if the course would leave the scale.
    """
    axis, shape = _COURSES[label]
    path = np.tile(np.array(start, dtype=np.float64), (STEPS, 1))
    path[:, axis] += shape * rng.uniform(LEAST, MOST)
    path += rng.normal(0.0, NOISE, path.shape)
    path += np.maximum(-1.0 - path.min(axis=0), 0.0) - np.maximum(path.max(axis=0) - 1.0, 0.0)
    return np.round(path, 4)


def weigh(item: Item) -> list[float]:
    """Score each shape by its least-squares fit to the sequence.

    The amplitude is fitted, in [LEAST, MOST]; the score is the negative residual sum of squares.
    """
    path = np.array(item.points, dtype=np.float64)
    return [-_residual(path, choice) for choice in item.choices]


def _residual(path: np.ndarray, label: str) -> float:
    axis, shape = _COURSES[label]
    flat = shape - shape.mean()
    centred = path - path.mean(axis=0)
    power = float(flat @ flat)
    size = float(np.clip(centred[:, axis] @ flat / power, LEAST, MOST)) if power else 0.0
    centred[:, axis] -= size * flat
    return float((centred**2).sum())


def _make(items: Sequence[Item]) -> Made:
    rng = generator(items, "trajectory")
    asked = []
    for item, label in zip(items, balanced(LABELS, len(items), rng), strict=True):
        path = course(label, (item.valence, item.arousal), rng)
        mean = path.mean(axis=0)
        asked.append(
            Item(
                item_id=item.item_id,
                cluster_id=item.cluster_id,
                valence=round(float(mean[0]), 6),
                arousal=round(float(mean[1]), 6),
                labels=(label,),
                points=tuple((float(valence), float(arousal)) for valence, arousal in path),
            )
        )
    return Made(asked, {})


DERIVATION = Derivation(LABELS, _make, weigh, shows=("points",), shuffled=("points",), synthetic=True)
