"""Estimates of item noise and sampling noise, and coverage of intervals of means and differences over repeats.

Each simulated item has a probability of a right answer from Beta(2, 2), so the variance is 1/20 between items and 1/5
between answers to one item. Two models of equal skill are then compared by the interval of their difference and by the
test; items of a cluster share a model's probability. Run `python -m benchmarks.sampling` (three minutes on one core).
"""

from __future__ import annotations

import sys
from functools import partial

import numpy as np

from harness.kinds import get
from harness.metrics.outcome import Labelled
from harness.scoring.difference import of_clusters
from harness.scoring.repeats import Repeated, components
from harness.stats.bootstrap import resample
from harness.stats.intervals import Bootstrap, about_mean, percentile
from harness.stats.sign_flip import sign_flip

ACCURACY = next(metric for metric in get("single_label").metrics if metric.name == "accuracy")
LABELS = ("right", "wrong")
TRUE = 0.5
DRAWS = 1000
SHAPES = ((100, 2000), (500, 600))
REPEATS = (2, 5)
PAIRS = ((3, 3), (5, 2), (4, 1))
COMPARED = ((40, 600), (150, 300))
COMPARED_DRAWS = 400
COMPARED_HEADER = ("clusters", "repeats", "false alarms", "coverage", "coverage if repeats were drawn too")
HEADER = ("n", "repeats", "item variance", "sampling variance", "sampling variance by the N values", "coverage")


def simulate(n: int, repeats: int, seed: int) -> tuple[float, float, float, bool]:
    """Answer `n` items `repeats` times; return three variances an item, and whether the interval holds the truth."""
    rng = np.random.default_rng(seed)
    said = (rng.random((repeats, n)) >= rng.beta(2, 2, n)).astype(np.int64)
    model = Repeated(tuple(map(_labelled, said)), _labelled(said.ravel()))
    clusters = np.arange(n)
    spread = resample([partial(model.compute, ACCURACY)], clusters, draws=DRAWS)[0]
    found, ends = components(ACCURACY, model, clusters, spread), percentile(spread)
    if found.item_sd is None or found.sampling_sd is None or ends is None:
        raise ValueError("accuracy has a value in every draw")
    plain = float(np.var(found.values, ddof=1))
    return n * found.item_sd**2, n * found.sampling_sd**2, n * plain, ends.low <= TRUE <= ends.high


def compare(count: int, times: tuple[int, int], seed: int) -> tuple[bool, bool, bool]:
    """Compare two models of equal skill on clusters of 1-5 items.

    Returns:
        Whether they were told apart at 5 %, and whether the interval of the difference held 0: drawing clusters, and
        drawing clusters and within them repeats.
    """
    rng = np.random.default_rng([seed, count, *times])
    clusters = np.repeat(np.arange(count), rng.integers(1, 6, count))
    said = [(rng.random((n, clusters.size)) >= rng.beta(2, 2, count)[clusters]).astype(np.int64) for n in times]
    models = [Repeated(tuple(map(_labelled, one)), _labelled(one.ravel())) for one in said]
    parts = [part for part in (of_clusters(ACCURACY, model, clusters) for model in models) if part is not None]
    gaps = parts[0] - parts[1]
    found = about_mean(gaps, None)
    counts = rng.multinomial(count, np.full(count, 1 / count), COMPARED_DRAWS)[:, clusters]
    first, second = (_redrawn(rng, one == 0, clusters) for one in said)
    draws = (counts * (first - second)).sum(axis=1) / counts.sum(axis=1)
    both = percentile(Bootstrap(float(gaps.mean()), draws, draws, count, seed))
    if both is None:
        raise ValueError("accuracy has a value in every draw")
    return sign_flip(gaps) <= 0.05, found.low <= 0 <= found.high, both.low <= 0 <= both.high


def _redrawn(rng: np.random.Generator, right: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Return (draws, n) means over as many repeats as there are, drawn with replacement for each cluster."""
    repeats = len(right)
    often = rng.multinomial(repeats, np.full(repeats, 1 / repeats), (COMPARED_DRAWS, int(clusters.max()) + 1)) / repeats
    means: np.ndarray = sum(often[:, clusters, one] * right[one] for one in range(repeats))
    return means


def main() -> None:
    """Print both tables."""
    _line(*HEADER)
    _line(*["---"] * len(HEADER))
    _line("", "", "0.050 (true)", "0.200 (true)", "0.200 (true)", "95 % (nominal)")
    for n, simulations in SHAPES:
        for repeats in REPEATS:
            *variances, held = np.array([simulate(n, repeats, seed) for seed in range(simulations)]).T
            shown = [f"{variance.mean():.3f} ± {variance.std():.3f}" for variance in variances]
            _line(f"{n}", f"{repeats}", *shown, f"{100 * held.mean():.1f} %")
    _line(*COMPARED_HEADER)
    _line(*["---"] * len(COMPARED_HEADER))
    for count, simulations in COMPARED:
        for times in PAIRS:
            shares = np.mean([compare(count, times, seed) for seed in range(simulations)], axis=0)
            _line(f"{count}", f"{times[0]} and {times[1]}", *[f"{100 * share:.1f} %" for share in shares])


def _labelled(said: np.ndarray) -> Labelled:
    return Labelled(np.zeros_like(said), said, np.full(said.size, len(LABELS)), LABELS)


def _line(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
