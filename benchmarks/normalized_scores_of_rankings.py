"""Coverage of the intervals of normalized scores of mean average precision.

Items in clusters of three share 30 % of the variance of their points. Each of 26 labels, with prevalences from 60 % to
2 %, depends on the point by a logistic law. The ceiling ranks by this law, the model by the law with equal noise; the
floor is constant. The true value is over 120,000 items. Run `python -m benchmarks.normalized_scores_of_rankings` (a
minute on one core).
"""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
from scipy.special import expit, logit
from threadpoolctl import threadpool_limits

from harness.metrics.outcome import Ranked
from harness.metrics.ranked import mean_ap
from harness.metrics.registry import IntervalName
from harness.scoring.normalized_score import Bounds, normalized_score
from harness.stats.arrays import Floats, Ints
from harness.stats.bootstrap import resample
from va_extractor.emotions.labels import EMOTIC

SIZE, WHOLE, DRAWS, NOISE = 3, 40_000, 400, 0.6
BASE = logit(np.geomspace(0.6, 0.02, len(EMOTIC)))
SLOPES = np.random.default_rng(0).normal(size=(2, len(EMOTIC)))
SHAPES = ((33, 1.0, 300), (33, 0.4, 300), (167, 1.0, 120), (167, 0.4, 120))
KINDS: tuple[IntervalName, ...] = ("percentile", "jackknife")
NAMES = Bounds("majority", "knn")


def draw(rng: np.random.Generator, clusters: int, signal: float) -> tuple[Ints, tuple[Ranked, Ranked, Ranked]]:
    """Draw items; return their (n,) clusters and the rankings of model, floor and ceiling."""
    number = np.repeat(np.arange(clusters), SIZE)
    shared, own = rng.normal(size=(clusters, 2))[number], rng.normal(size=(number.size, 2))
    law = signal * (np.sqrt(0.3) * shared + np.sqrt(0.7) * own) @ SLOPES
    gold = rng.random(law.shape) < expit(BASE + law)
    scores: tuple[Floats, Floats, Floats] = (
        NOISE * law + signal * rng.normal(size=law.shape),
        np.zeros_like(law),
        law,
    )
    model, floor, ceiling = (Ranked(gold, one, EMOTIC) for one in scores)
    return number, (model, floor, ceiling)


def main() -> None:
    """Print the table."""
    header = ("clusters", "signal", "true", "mean", *KINDS)
    for cells in (header, ["---"] * len(header)):
        _line(*cells)
    with threadpool_limits(1):
        for clusters, signal, simulations in SHAPES:
            _line(f"{clusters}", f"{signal}", *cover(clusters, signal, simulations))


def cover(clusters: int, signal: float, simulations: int) -> list[str]:
    """Return the true value, the mean estimate, and the coverage of each kind of interval."""
    number, whole = draw(np.random.default_rng(1), WHOLE, signal)
    model, floor, ceiling = (float(mean_ap(one, np.ones((1, number.size)))[0]) for one in whole)
    true = (model - floor) / (ceiling - floor)
    values, held = [], []
    for seed in range(simulations):
        number, rankings = draw(np.random.default_rng([seed, clusters]), clusters, signal)
        mine, low, high = resample([partial(mean_ap, one) for one in rankings], number, draws=DRAWS, seed=seed)
        found = [normalized_score(mine, low, high, NAMES, higher_is_better=True, interval=kind) for kind in KINDS]
        values.append(found[0].value)
        held.append([one.interval is not None and one.interval.low <= true <= one.interval.high for one in found])
    shares = np.mean(held, axis=0)
    return [f"{true:.2f}", f"{np.mean([one for one in values if one is not None]):.2f}", *(f"{s:.1%}" for s in shares)]


def _line(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
