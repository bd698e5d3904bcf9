"""Coverage of 95 % intervals of the metrics that `benchmarks.coverage` leaves out.

Items are in clusters of 1-5 with dependent latent variables, as in `benchmarks.coverage`. There are seven emotions of
different prevalence. An overconfident model answers with probabilities, and without a label in 3 % of its answers. With
`--honest` it draws its answers from the true probabilities and states them, so it is unbiased and calibrated. The true
value is the mean of two samples of 200,000 items. With S simulations, the error of a coverage of 95 % is
2 sqrt(0.05 0.95 / S).
"""

from __future__ import annotations

import argparse
from functools import partial

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from benchmarks.coverage import METRICS, latent
from benchmarks.coverage import simulate as simulate_sets
from harness.metrics import Metric
from harness.metrics.outcome import Confident, Described, Distributed, Labelled, Outcome
from harness.record import Interval
from harness.stats.arrays import Ints
from harness.stats.bootstrap import resample
from harness.stats.intervals import Bootstrap, corrected, jackknife, percentile, student
from va_extractor.emotions.prototypes import prototypes

LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
LEANING = np.array([0.0, -1.5, -0.5, 1.0, 0.5, 0.0, -1.0])
POPULATION, SILENT, TOO_SURE = 200_000, 0.03, 1.8
OF: dict[str, tuple[str, ...]] = {
    "labels": (
        *("balanced_accuracy", "mcc", "cohen_kappa", "va_distance", "va_fit", "near_miss", "graded_credit"),
        *("answer_jsd", "overuse", "brier", "log_loss", "ece"),
    ),
    "confidence": (
        *("selective_accuracy", "accuracy_of_surest_half", "confidence_auroc", "confidence_brier"),
        *("confidence_ece", "overconfidence"),
    ),
    "readings": ("valence_r", "arousal_r", "valence_rmse", "va_ccc"),
    "shares": ("js_divergence", "kl_divergence"),
    "sets": ("micro_f1", "samples_f1", "informedness", "annotator_f1", "annotator_gap", "annotator_kappa"),
    "leaning of sets": ("answer_jsd", "overuse"),
}


def simulate(n: int, rng: np.random.Generator, *, honest: bool) -> list[tuple[Ints, dict[str, Outcome]]]:
    """Return, for items of one label and for items of sets, their clusters and what each kind of metric reads."""
    clusters = np.repeat(np.arange(n), rng.integers(1, 6, size=n))[:n]
    hidden = latent(rng, clusters, 3 + len(LABELS))
    logits = 1.2 * hidden[:, 3:] + LEANING
    true = softmax(logits, axis=1)
    gold = drawn(true, rng)
    said = true if honest else softmax(TOO_SURE * logits + 0.5 * rng.normal(size=logits.shape), axis=1)
    chosen = drawn(said, rng) if honest else said.argmax(axis=1)
    named = np.where(rng.random(n) < SILENT, -1, chosen)
    places = np.asarray(prototypes(LABELS))
    points = np.clip(places[gold] + 0.35 * hidden[:, :2], -1, 1)
    away, apart = (np.linalg.norm(places - at[:, None], axis=2) for at in (points, places[gold]))
    sizes = np.full(n, len(LABELS))
    readings = {
        "valence": points[:, 0],
        "arousal": points[:, 1],
        "read_valence": 0.5 * points[:, 0] + 0.2 * hidden[:, 2],
        "read_arousal": 0.3 * points[:, 1] + 0.3 * rng.normal(size=n),
    }
    single: dict[str, Outcome] = {
        "labels": Labelled(gold, named, sizes, LABELS, scores=np.log(said), distance=away, apart=apart),
        "confidence": Confident(gold, said.argmax(axis=1), sizes, LABELS, confidence=np.round(said.max(axis=1), 1)),
        "readings": Described(readings),
        "shares": Distributed(true, said, np.zeros(n), LABELS),
    }
    several = simulate_sets(n, rng)
    sets = several.outcomes["annotator_kappa_human"]
    return [(clusters, single), (several.clusters, {"sets": sets, "leaning of sets": sets})]


def drawn(shares: np.ndarray, rng: np.random.Generator) -> Ints:
    """Draw one label an item."""
    return np.asarray((shares.cumsum(axis=1) > rng.random((len(shares), 1))).argmax(axis=1))


def shown(metric: Metric, spread: Bootstrap) -> Interval | None:
    """Return the interval that a record shows."""
    by_span = {"student": student, "jackknife": jackknife, "corrected": corrected}
    return by_span[metric.interval](spread, metric.span) if metric.interval in by_span else percentile(spread)


def main() -> None:
    """Simulate and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--simulations", type=int, default=400)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--honest", action="store_true", help="a model that leans nowhere and is calibrated")
    given = parser.parse_args()
    threadpool_limits(1)
    true: dict[tuple[str, str], list[float]] = {}
    for seed in range(2):
        for _, outcomes in simulate(POPULATION, np.random.default_rng([seed, POPULATION]), honest=given.honest):
            for of, outcome in outcomes.items():
                for name in OF[of]:
                    true.setdefault((of, name), []).append(METRICS[name].value(outcome, POPULATION))
    rows: dict[tuple[str, str], list[list[float]]] = {key: [] for key in true}
    for seed in track(range(given.simulations), transient=True):
        for clusters, outcomes in simulate(
            given.items, np.random.default_rng([seed, given.items]), honest=given.honest
        ):
            keys = [(of, name) for of in outcomes for name in OF[of]]
            computes = [partial(METRICS[name].compute, outcomes[of]) for of, name in keys]
            for key, spread in zip(keys, resample(computes, clusters, draws=given.draws, seed=seed), strict=True):
                value = float(np.mean(true[key]))
                found = (shown(METRICS[key[1]], spread), percentile(spread))
                rows[key].append(
                    [spread.value, *(float(one is not None and one.low <= value <= one.high) for one in found)]
                )
    table = Table(title=f"coverage of 95 % intervals, n = {given.items}, {given.simulations} simulations")
    for title in ("of", "metric", "interval", "true", "mean", "covered", "by percentile"):
        table.add_column(title, justify="right" if title in ("true", "mean", "covered", "by percentile") else "left")
    for (of, name), found_rows in rows.items():
        mean, *shares = np.mean(found_rows, axis=0)
        values = f"{np.mean(true[of, name]):.3f}", f"{mean:.3f}"
        table.add_row(of, name, METRICS[name].interval, *values, *(f"{share:.1%}" for share in shares))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
