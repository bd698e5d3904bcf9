"""Coverage of a sweep's 95 % intervals of effects, and its false positives.

Answers to a crossed design (3 x 2 x 2 = 12 variants, 7 labels) are simulated. Items of a cluster (1-3 items) depend on
each other, and so do the variants of an item. In half of the simulations no axis has an effect; in the other half each
level changes the probability of a right answer. The true effect is that on 60,000 items. With S simulations, the error
of a rate of 5 % is 2 sqrt(0.05 0.95 / S).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from harness.kinds import get
from harness.metrics import Metric
from harness.metrics.outcome import Labelled, Outcome
from harness.runs.sweep.design import CROSSED, cells, contrasts, parse
from harness.runs.sweep.effects import Measured, effects
from harness.stats.arrays import Floats, Ints
from harness.tasks.prompts.axes import Axes

CLASSES = 7
LABELS = tuple(f"label {number}" for number in range(CLASSES))
AXES = parse("va_format,scale=0..1,say_scale", Axes())
CELLS = cells(AXES, Axes(), CROSSED)
CONTRASTS = contrasts(AXES, CELLS)
METRICS: dict[str, Metric] = {metric.name: metric for metric in get("single_label").metrics}
NAMES = ("macro_f1", "accuracy")
POPULATION = 60_000
MOVES = {
    ("va_format", "lexical"): 0.25,
    ("va_format", "both"): -0.15,
    ("scale", "0..1"): 0.1,
    ("say_scale", False): -0.2,
}


@dataclass(frozen=True)
class Drawn:
    """Simulated answers of every variant, and the items' clusters."""

    outcomes: list[Outcome]
    clusters: Ints


def draw(n: int, rng: np.random.Generator, *, moved: bool) -> Drawn:
    """Draw n items and what one model answers to each under every variant."""
    sizes = rng.integers(1, 4, size=n)
    clusters = np.repeat(np.arange(n), sizes)[:n]
    gold = rng.choice(CLASSES, size=n, p=np.geomspace(6, 1, CLASSES) / np.geomspace(6, 1, CLASSES).sum())
    ease = np.sqrt(0.3) * rng.normal(size=clusters.max() + 1)[clusters] + np.sqrt(0.7) * rng.normal(size=n)
    habit = rng.integers(0, CLASSES, size=n)
    outcomes: list[Outcome] = []
    for cell in CELLS:
        shift = sum(move for (axis, level), move in MOVES.items() if moved and getattr(cell, axis) == level)
        right = 0.8 * ease + 0.6 * rng.normal(size=n) < norm.ppf(0.45) + shift
        other = np.where(rng.random(n) < 0.7, habit, rng.integers(0, CLASSES, size=n))
        said = np.where(right, gold, other)
        outcomes.append(Labelled(gold=gold, predicted=said, sizes=np.full(n, CLASSES), labels=LABELS))
    return Drawn(outcomes, clusters)


def true_effects(metric: Metric, drawn: Drawn) -> Floats:
    """Return the (contrasts,) effects on a population."""
    values = {
        cell: metric.value(outcome, drawn.clusters.size) for cell, outcome in zip(CELLS, drawn.outcomes, strict=True)
    }
    return np.array([np.mean([values[a] - values[b] for a, b in one.pairs]) for one in CONTRASTS])


def rates(name: str, n: int, simulations: int, draws: int, *, moved: bool) -> tuple[float, float, float]:
    """Return coverage, the fraction of effects with p < 0.05, and of sweeps with any after Holm's correction."""
    metric, rng = METRICS[name], np.random.default_rng(20_502)
    true = true_effects(metric, draw(POPULATION, rng, moved=moved)) if moved else np.zeros(len(CONTRASTS))
    place = {cell: number for number, cell in enumerate(CELLS)}
    held, small, any_holm = [], [], []
    for _ in track(range(simulations), f"{name}, n = {n}, {'moved' if moved else 'no effect'}", transient=True):
        drawn = draw(n, rng, moved=moved)
        found = effects(Measured(metric, drawn.outcomes, place, drawn.clusters), CONTRASTS, draws=draws)
        for one, effect in zip(found, true, strict=True):
            held.append(one.interval is not None and one.interval.low <= effect <= one.interval.high)
        small += [one.p < 0.05 for one in found]
        any_holm.append(any(one.holm < 0.05 for one in found))
    return float(np.mean(held)), float(np.mean(small)), float(np.mean(any_holm))


def main() -> None:
    """Print one line for each metric, size and truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--draws", type=int, default=400)
    args = parser.parse_args()
    table = Table(title=f"sweeps of 12 variants, 4 effects; {args.simulations} simulations, {args.draws} draws")
    for name in ("metric", "items", "truth", "coverage of 95 %", "p < 0.05", "any after Holm"):
        table.add_column(name, justify="left" if name in ("metric", "truth") else "right")
    with threadpool_limits(1):
        for name in NAMES:
            for n in (100, 400):
                for moved in (False, True):
                    covered, small, any_holm = rates(name, n, args.simulations, args.draws, moved=moved)
                    truth = "effects" if moved else "none"
                    table.add_row(name, str(n), truth, f"{covered:.3f}", f"{small:.3f}", f"{any_holm:.3f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
