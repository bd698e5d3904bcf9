"""Are item noise and sampling noise told apart, and does the interval of the mean over repeats cover?

Each simulated item has a chance of being answered right drawn from Beta(2, 2), so that the variance between items is
1/20 and that between answers to one item 1/5. Run `python -m benchmarks.sampling` (half a minute on one core).
"""

from __future__ import annotations

import sys
from functools import partial

import numpy as np

from harness.bootstrap import resample
from harness.intervals import percentile
from harness.kinds import Kind
from harness.metrics import metrics_of
from harness.metrics.outcome import Labelled
from harness.sampling import Repeated, components

ACCURACY = next(metric for metric in metrics_of(Kind.SINGLE_LABEL) if metric.name == "accuracy")
LABELS = ("right", "wrong")
TRUE = 0.5
DRAWS = 1000
SHAPES = ((100, 2000), (500, 600))
REPEATS = (2, 5)
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


def main() -> None:
    """Print the table."""
    _line(*HEADER)
    _line(*["---"] * len(HEADER))
    _line("", "", "0.050 (true)", "0.200 (true)", "0.200 (true)", "95 % (nominal)")
    for n, simulations in SHAPES:
        for repeats in REPEATS:
            *variances, held = np.array([simulate(n, repeats, seed) for seed in range(simulations)]).T
            shown = [f"{variance.mean():.3f} ± {variance.std():.3f}" for variance in variances]
            _line(f"{n}", f"{repeats}", *shown, f"{100 * held.mean():.1f} %")


def _labelled(said: np.ndarray) -> Labelled:
    return Labelled(np.zeros_like(said), said, np.full(said.size, len(LABELS)), LABELS)


def _line(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
