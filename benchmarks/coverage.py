"""Coverage of 95 % intervals, and false positives of `compare`.

Data are simulated like those of our tasks: clusters of 1-5 dependent items (correlation of latent variables within a
cluster: 0.3), 26 labels with prevalences from 78 % to 2 % and three annotators, 7 single labels, and a continuous
rating. The true value of a metric is the mean of four samples of 400,000 items. With S simulations, the error of a
coverage of 95 % is 2 sqrt(0.05 0.95 / S).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from harness.metrics import Metric, all_metrics
from harness.metrics.outcome import Labelled, LabelSets, Outcome, Ranked
from harness.scoring.difference import of_clusters
from harness.scoring.repeats import once
from harness.stats.arrays import Floats, Ints, Weights
from harness.stats.bootstrap import resample
from harness.stats.intervals import bca, jackknife, percentile, student, wilson
from harness.stats.sign_flip import sign_flip

LABELS, CLASSES, CORRELATION = 26, 7, 0.3
PREVALENCES = np.geomspace(0.78, 0.02, LABELS)
SIZES = (100, 500, 5000)
POPULATION = 400_000
COMPARED = ("accuracy", "macro_f1", "mean_ap", "macro_auc")
NAMES = (*COMPARED, "annotator_kappa_human", "ccc")
ANNOTATORS, GIVEN, STRAY = 3, 0.6, 0.02
METRICS: dict[str, Metric] = {metric.name: metric for metric in all_metrics()}


@dataclass(frozen=True)
class Items:
    """Simulated items with their clusters: what each metric is computed from, by its name."""

    clusters: Ints
    outcomes: dict[str, Outcome]
    ratings: Floats

    def compute(self, name: str) -> Callable[[Weights], Floats]:
        """Return the metric as a function of item weights."""
        if name == "ccc":
            return lambda weights: ccc(self.ratings, weights)
        return lambda weights: METRICS[name].compute(self.outcomes[name], weights)


def simulate(n: int, rng: np.random.Generator, *, clustered: bool = True, skill: float = 1.0) -> Items:
    """Draw n items; labels, answers, scores and ratings of a cluster share a part of their latent variables."""
    sizes = rng.integers(1, 6, size=n) if clustered else np.ones(n, dtype=int)
    clusters = np.repeat(np.arange(n), sizes)[:n]
    gold = latent(rng, clusters, LABELS) > norm.isf(PREVALENCES)
    return answer(rng, clusters, gold, latent(rng, clusters, 2), skill)


def answer(rng: np.random.Generator, clusters: Ints, gold: np.ndarray, truth: Floats, skill: float = 1.0) -> Items:
    """Let a model of the given skill answer items: scores for labels, sets, one of 7 classes, and a rating."""
    scores = skill * gold + latent(rng, clusters, LABELS)
    sets = scores > 0.6
    wanted = np.clip((norm.cdf(truth[:, 0]) * CLASSES).astype(int), 0, CLASSES - 1)
    right = latent(rng, clusters, 1)[:, 0] < norm.ppf(0.45)
    said = np.where(right, wanted, (wanted + rng.integers(1, CLASSES, size=wanted.size)) % CLASSES)
    names = tuple(map(str, range(LABELS)))
    rated = np.stack([truth[:, 1], 0.3 + 0.6 * truth[:, 1] + 0.7 * latent(rng, clusters, 1)[:, 0]])
    annotated = annotate(rng.spawn(1)[0], gold)
    labelled = Labelled(wanted, said, np.full(wanted.size, CLASSES), names[:CLASSES])
    ranked = Ranked(gold, scores, names)
    outcomes: dict[str, Outcome] = {
        "accuracy": labelled,
        "macro_f1": LabelSets(gold, sets, names),
        "mean_ap": ranked,
        "macro_auc": ranked,
        "annotator_kappa_human": LabelSets(gold, sets, names, annotated=annotated),
    }
    return Items(clusters, outcomes, rated)


def annotate(rng: np.random.Generator, gold: np.ndarray) -> np.ndarray:
    """Return (n, annotators, k) labels: each annotator gives 60 % of the true ones and 2 % of the others."""
    drawn = rng.random((len(gold), ANNOTATORS, gold.shape[1]), dtype=np.float32)
    return np.asarray(drawn < np.where(gold, GIVEN, STRAY)[:, None])


def latent(rng: np.random.Generator, clusters: Ints, width: int) -> Floats:
    """Return (n, width) standard normals with `CORRELATION` within a cluster."""
    shared = rng.normal(size=(int(clusters.max()) + 1, width))[clusters]
    return np.asarray(np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * rng.normal(size=shared.shape))


def ccc(ratings: Floats, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations (Lin 1989, Biometrics 45(1), 255-268) of (2, n) ratings."""
    one, other = ratings
    total = weights.sum(axis=1, dtype=np.float64)
    means = [weights @ column / total for column in (one, other)]
    spread = [weights @ column**2 / total - mean**2 for column, mean in zip((one, other), means, strict=True)]
    covariance = weights @ (one * other) / total - means[0] * means[1]
    return np.asarray(2 * covariance / (spread[0] + spread[1] + (means[0] - means[1]) ** 2))


def true_values() -> dict[str, float]:
    """Return each metric's true value, the mean over very large samples."""
    ones = np.ones((1, POPULATION))
    found = []
    for seed in range(4):
        everything = simulate(POPULATION, np.random.default_rng([seed, POPULATION]))
        found.append([float(everything.compute(name)(ones)[0]) for name in NAMES])
    return dict(zip(NAMES, np.mean(found, axis=0).tolist(), strict=True))


def coverage(n: int, simulations: int, draws: int, true: dict[str, float], table: Table) -> None:
    """Add a row a metric: how often each interval holds the true value at this size."""
    held: dict[str, list[list[float]]] = {name: [] for name in NAMES}
    for seed in track(range(simulations), description=f"n = {n}", transient=True):
        items = simulate(n, np.random.default_rng([seed, n]))
        spreads = resample([items.compute(name) for name in NAMES], items.clusters, draws=draws, seed=seed)
        for name, spread in zip(NAMES, spreads, strict=True):
            plain = percentile(spread)
            span = (-1.0, 1.0) if name == "ccc" else METRICS[name].span
            found = (plain, bca(spread) or plain, student(spread, span), jackknife(spread, span))
            inside = [float(one is not None and one.low <= true[name] <= one.high) for one in found]
            held[name].append([spread.value, *inside])
    for name, rows in held.items():
        mean, *shares = np.mean(rows, axis=0)
        marks = [f"{share:.1%}{'' if 0.93 <= share <= 0.97 else ' !'}" for share in shares]
        table.add_row(str(n), name, f"{true[name]:.3f}", f"{mean:.3f}", *marks)


def wilson_coverage(n: int, simulations: int, true: float) -> float:
    """Return how often Wilson's interval of accuracy over independent items holds the true value."""
    inside = 0
    for seed in range(simulations):
        one = simulate(n, np.random.default_rng([seed, n]), clustered=False).outcomes["accuracy"]
        found = wilson(round(METRICS["accuracy"].value(one, n) * n), n)
        inside += found.low <= true <= found.high
    return inside / simulations


def false_alarms(n: int, simulations: int, table: Table) -> None:
    """Add a row for each metric: how often two models of equal skill differ at 5 %."""
    alarms: dict[str, list[bool]] = {}
    for seed in track(range(simulations), description=f"compare, n = {n}", transient=True):
        rng = np.random.default_rng([seed, n, 1])
        for name in [*COMPARED, "accuracy, independent items"]:
            sizes = np.ones(n, dtype=int) if name.endswith("items") else rng.integers(1, 6, size=n)
            clusters = np.repeat(np.arange(n), sizes)[:n]
            gold = latent(rng, clusters, LABELS) > norm.isf(PREVALENCES)
            truth, metric = latent(rng, clusters, 2), name.split(",")[0]
            answers = (once(answer(rng, clusters, gold, truth).outcomes[metric]) for _ in range(2))
            parts = [of_clusters(METRICS[metric], one, clusters) for one in answers]
            known = [part for part in parts if part is not None]
            alarms.setdefault(name, []).append(len(known) == 2 and sign_flip(known[0] - known[1]) <= 0.05)
    for name, seen in alarms.items():
        share = float(np.mean(seen))
        table.add_row(str(n), name, f"{share:.1%}{'' if 0.035 <= share <= 0.065 else ' !'}")


def main() -> None:
    """Simulate and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=200, help="at n = 100 and 500; a fifth at 5,000")
    parser.add_argument("--draws", type=int, default=1000, help="bootstrap draws")
    given = parser.parse_args()
    threadpool_limits(1)
    console = Console(width=110)
    true = true_values()
    table = Table(title=f"coverage of 95 % intervals, {given.simulations} simulations (! outside of 93-97 %)")
    for title in ("n", "metric", "true", "mean", "percentile", "BCa", "student", "jackknife"):
        table.add_column(title, justify="left" if title == "metric" else "right")
    for n in SIZES:
        runs = given.simulations if n < 5000 else max(1, given.simulations // 5)
        coverage(n, runs, given.draws, true, table)
    console.print(table)
    shares = ", ".join(f"{wilson_coverage(n, given.simulations, true['accuracy']):.1%} at n = {n}" for n in SIZES[:2])
    console.print(f"Wilson, accuracy over independent items: {shares}", highlight=False)
    alarms = Table(title=f"false alarms of compare at 5 %, {given.simulations} simulations (! outside of 3.5-6.5 %)")
    for title in ("n", "metric", "alarms"):
        alarms.add_column(title, justify="left" if title == "metric" else "right")
    for n in SIZES[:2]:
        false_alarms(n, given.simulations, alarms)
    console.print(alarms)


if __name__ == "__main__":
    main()
