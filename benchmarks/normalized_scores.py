"""Coverage of the intervals of normalized scores.

Two items of a cluster have the same point. An item's label is that of its quadrant with a given probability, else drawn
from the prior. The model answers the quadrant's label for 55 % of items, else at random. The floor is the commonest
label. The ceiling is the better of `knn` and `logistic`, fitted on a train split of 150 clusters or cross-fitted. The
true value is over 20,000 clusters, with the same fits if there is a train split, else with the mean of 40 fits on as
many clusters as in a fold. Run `python -m benchmarks.normalized_scores` (ten minutes on one core).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from harness.kinds import get
from harness.metrics import Metric
from harness.metrics.outcome import Labelled
from harness.record import NormalizedScore
from harness.scoring.baselines.scores import Fit, LabelScores, knn, logistic
from harness.scoring.ceilings.labels import cross_fitted
from harness.scoring.normalized_score import bounds, normalized_score
from harness.stats.arrays import Floats, Ints
from harness.stats.bootstrap import resample

METRICS = [metric for metric in get("single_label").metrics if metric.name in ("accuracy", "macro_f1")]
LABELS = ("a", "b", "c", "d")
PRIOR = (0.4, 0.3, 0.2, 0.1)
PREDICTORS: dict[str, LabelScores] = {"knn": knn, "logistic": logistic}
SIZE, TRAIN, WHOLE, FITS, DRAWS = 2, 150, 20_000, 40, 1000
SHAPES = (
    (60, 0.6, True, 300),
    (200, 0.6, True, 300),
    (200, 0.25, True, 300),
    (60, 0.6, False, 200),
    (200, 0.6, False, 200),
)
HEADER = ("clusters", "label by quadrant", "learned from", "metric", "true", "placed", "coverage")


@dataclass(frozen=True)
class Items:
    """n items: (n,) clusters, (n, 2) points, (n,) labels and a model's (n,) answers."""

    clusters: Ints
    points: Floats
    labels: Ints
    said: Ints


def draw(rng: np.random.Generator, clusters: int, signal: float) -> Items:
    """Draw items whose label is their quadrant's with chance `signal`, alike for a whole cluster."""
    number = np.repeat(np.arange(clusters), SIZE)
    centre = rng.normal(0, 0.45, (clusters, 2))[number]
    points = np.clip(centre + rng.normal(0, 0.2, centre.shape), -1, 1)
    quadrant = 2 * (points[:, 1] < 0) + (points[:, 0] > 0)
    told = (rng.random(clusters) < signal)[number]
    labels = np.where(told, quadrant, rng.choice(len(LABELS), number.size, p=PRIOR))
    said = np.where(rng.random(number.size) < 0.55, quadrant, rng.integers(0, len(LABELS), number.size))
    return Items(number, points, labels, said)


def main() -> None:
    """Print the table."""
    _line(*HEADER)
    _line(*["---"] * len(HEADER))
    with threadpool_limits(1):
        for clusters, signal, split, simulations in SHAPES:
            for cells in cover(clusters, signal, simulations, split=split):
                _line(f"{clusters}", f"{signal:.0%}", "train split" if split else "other clusters", *cells)


def cover(clusters: int, signal: float, simulations: int, *, split: bool) -> list[tuple[str, str, str, str]]:
    """Return for each metric its name, the true value, how often there was one, and its coverage."""
    rng = np.random.default_rng([clusters, int(100 * signal), split])
    train, whole = draw(rng, TRAIN, signal), draw(rng, WHOLE, signal)
    answers = {name: _answer(name, train, whole.points) for name in PREDICTORS}
    floor = np.full(whole.labels.size, np.bincount(train.labels).argmax())
    fits = [answers] if split else [_fit(rng, clusters, signal, whole) for _ in range(FITS)]
    true = [_true(metric, whole, floor, fits) for metric in METRICS]
    held: list[list[bool]] = [[] for _ in METRICS]
    rows = np.arange(whole.labels.size).reshape(-1, SIZE)
    for _ in range(simulations):
        picked = rows[rng.integers(0, len(rows), clusters)].ravel()
        number = np.repeat(np.arange(clusters), SIZE)
        known = {name: given[picked] for name, given in answers.items()} if split else _others(whole, picked, number)
        known["majority"] = floor[picked]
        for place, metric in enumerate(METRICS):
            gold = whole.labels[picked]
            values = {name: metric.value(_labelled(gold, given), gold.size) for name, given in known.items()}
            names = bounds(values, higher_is_better=True)
            if isinstance(names, NormalizedScore):
                continue
            beside = (whole.said[picked], known[names.floor], known[names.ceiling])
            computes = [partial(metric.compute, _labelled(gold, given)) for given in beside]
            model, low, high = resample(computes, number, draws=DRAWS)
            found = normalized_score(model, low, high, names, higher_is_better=True).interval
            if found is not None:
                held[place].append(found.low <= true[place] <= found.high)
    return [
        (metric.name, f"{value:.2f}", f"{len(one) / simulations:.0%}", f"{np.mean(one):.1%}")
        for metric, value, one in zip(METRICS, true, held, strict=True)
    ]


def _true(metric: Metric, whole: Items, floor: Ints, fits: list[dict[str, Ints]]) -> float:
    def value(said: Ints) -> float:
        return float(metric.value(_labelled(whole.labels, said), said.size))

    top = max(np.mean([value(fit[name]) for fit in fits]) for name in PREDICTORS)
    return float((value(whole.said) - value(floor)) / (top - value(floor)))


def _fit(rng: np.random.Generator, clusters: int, signal: float, whole: Items) -> dict[str, Ints]:
    learned = draw(rng, clusters * 4 // 5, signal)
    return {name: _answer(name, learned, whole.points) for name in PREDICTORS}


def _answer(name: str, learned: Items, points: Floats) -> Ints:
    fit = Fit(LABELS, learned.points, _truth(learned.labels), "simulated", in_sample=False)
    found: Ints = PREDICTORS[name](fit, points).argmax(axis=1)
    return found


def _others(whole: Items, picked: Ints, number: Ints) -> dict[str, Ints]:
    clusters, found = [str(one) for one in number], {}
    for name, predictor in PREDICTORS.items():
        scores = cross_fitted(predictor, LABELS, whole.points[picked], _truth(whole.labels[picked]), clusters)
        if scores is not None:
            found[name] = scores.argmax(axis=1)
    return found


def _truth(labels: Ints) -> np.ndarray:
    return np.eye(len(LABELS), dtype=bool)[labels]


def _labelled(gold: Ints, said: Ints) -> Labelled:
    return Labelled(gold, said, np.full(gold.size, len(LABELS)), LABELS)


def _line(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
