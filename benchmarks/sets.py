"""Choose the main score of sets of labels: what rules without and with knowledge of valence and arousal score.

Run `python -m benchmarks.sets`. Items are SYNTHETIC: the shipped sample, and look-alikes with EMOTIC's statistics
(`benchmarks.lookalike`). scikit-learn computes every score. The model is a cubic logistic regression cross-fitted over
clusters; its sets are the best for each score by its own probabilities.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import (
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    jaccard_score,
    matthews_corrcoef,
)

from benchmarks.lookalike import draw
from benchmarks.reference import largest
from harness.kinds import get
from harness.kinds.arrays import membership, points
from harness.scoring.baselines.scores import Fit, logistic
from harness.scoring.ceilings.answers import SET_RULES, best_sets
from harness.scoring.ceilings.labels import cross_fitted
from harness.stats.arrays import Bools, Floats
from harness.tasks.documents import Question, split
from harness.tasks.features import SHIPPED
from va_extractor.emotions.labels import EMOTIC
from va_extractor.emotions.prototypes import prototypes

Measure = Callable[[Bools, Bools], float]
SEED = 20


def _by_label(measure: Measure) -> Measure:
    """Return the mean over the labels true of some but not all items."""
    return lambda truth, said: float(
        np.mean([measure(truth[:, k], said[:, k]) for k in range(truth.shape[1]) if 0 < truth[:, k].mean() < 1])
    )


def _mcc(hits: Floats, named: Floats, true: Floats, n: float) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (hits - named * true / n) / np.sqrt(named * (1 - named / n) * true * (1 - true / n))
    return np.nan_to_num(found)


def _kappa(hits: Floats, named: Floats, true: Floats, n: float) -> Floats:
    return 2 * (hits - named * true / n) / (named + true - 2 * named * true / n)


def pooled_kappa(truth: Bools, said: Bools) -> float:
    """Return the kappa of all labels together: agreement beyond chance of each, over what each could have."""
    mixed = np.flatnonzero(truth.any(axis=0) & ~truth.all(axis=0))
    true, named = truth.mean(axis=0), said.mean(axis=0)
    possible = (true + named - 2 * true * named)[mixed]
    return float(np.average([cohen_kappa_score(truth[:, k], said[:, k]) for k in mixed], weights=possible))


MEASURES: dict[str, Measure] = {
    "pooled kappa": pooled_kappa,
    "informedness": _by_label(lambda truth, said: balanced_accuracy_score(truth, said, adjusted=True)),
    "macro MCC": _by_label(matthews_corrcoef),
    "macro kappa": _by_label(cohen_kappa_score),
    "macro F1": lambda truth, said: f1_score(truth, said, average="macro", zero_division=0),
    "micro F1": lambda truth, said: f1_score(truth, said, average="micro"),
    "Jaccard": lambda truth, said: jaccard_score(truth, said, average="samples", zero_division=1),
}
BEST: dict[str, Callable[[Floats], Bools]] = {
    "pooled kappa": SET_RULES["_best_kappa"],
    "informedness": SET_RULES["_best_informedness"],
    "macro MCC": lambda shares: best_sets(shares, _mcc),
    "macro kappa": lambda shares: best_sets(shares, _kappa),
    "macro F1": SET_RULES["_best_f1"],
    "micro F1 and Jaccard": SET_RULES["_best_micro_f1"],
}
"""A model's best sets by its own probabilities, for each score."""


def nearness(fit: Fit, place: Floats) -> Floats:
    """Return minus the distances to the mean point of the items with each label."""
    means = np.array([fit.points[has].mean(axis=0) for has in fit.truth.T])
    found: Floats = -np.linalg.norm(place[:, None] - means, axis=2)
    return found


def rules(place: Floats, shares: Floats, means: Floats, truth: Bools) -> Iterator[tuple[str, Bools]]:
    """Yield the names of rules with their (n, k) sets."""
    rng = np.random.default_rng(SEED)
    norms = prototypes(EMOTIC)
    common = np.tile(truth.mean(axis=0), (len(truth), 1))
    near = -np.linalg.norm(place[:, None] - norms, axis=2)
    sides = (place[:, :1] > 0) == (norms[:, 0] > 0)
    yield "no label", np.zeros_like(truth)
    yield "five commonest", largest(common, 5)
    yield "all labels", np.ones_like(truth)
    yield "each at even odds", rng.random(truth.shape) < 0.5
    yield "each at its rate", rng.random(truth.shape) < common
    yield "one bit: side of valence", sides
    yield "one bit, five commonest of the side", largest(np.where(sides, common, -1), 5)
    yield "quadrant", sides & ((place[:, 1:] > 0) == (norms[:, 1] > 0))
    yield "five nearest norms", largest(near, 5)
    yield "five nearest means", largest(means, 5)
    yield "thirteen nearest norms", largest(near, 13)
    yield "five likeliest", largest(shares, 5)
    for name, choose in BEST.items():
        yield f"model's best for {name}", choose(shares)
    yield "oracle", truth


def show(title: str, place: Floats, truth: Bools, clusters: list[str]) -> None:
    """Print the scores of all rules."""
    scores, means = (cross_fitted(fit, EMOTIC, place, truth, clusters) for fit in (logistic, nearness))
    if scores is None or means is None:
        raise ValueError("one cluster")
    table = Table("rule", *MEASURES, "labels an item", title=f"{title}, n = {len(truth):,}")
    for name, said in rules(place, np.exp(scores), means, truth):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a label never named
            values = [measure(truth, said) for measure in MEASURES.values()]
        table.add_row(name, *(f"{value:.3f}" for value in values), f"{said.sum(axis=1).mean():.1f}")
    Console(file=sys.stdout, width=150).print(table)


def main() -> None:
    """Print one table for each set of items."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=7203, help="look-alikes to draw")
    given = parser.parse_args()
    items = split(Question(get("ranking"), SHIPPED, "emotic", EMOTIC, by_index=True), "test").items
    truth = membership([item.labels for item in items], EMOTIC)
    show("shipped sample (SYNTHETIC)", points(items), truth, [item.cluster_id for item in items])
    drawn = draw(np.random.default_rng(SEED), given.items)
    show("look-alike of EMOTIC (SYNTHETIC)", drawn.points, drawn.truth, [str(one) for one in drawn.clusters])


if __name__ == "__main__":
    main()
