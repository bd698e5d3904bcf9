"""Scores of simple predictors from VA on EMOTIC's test split, for `docs/metrics.md`.

Run `python -m benchmarks.reference --emotic DIR`, where DIR has the features that `vaemo-extract annotations emotic`
writes. Without it the SYNTHETIC sample that ships is used. scikit-learn computes every score.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score

from harness.kinds import get
from harness.kinds.arrays import membership, points
from harness.scoring.baselines.answers import Baseline
from harness.stats.arrays import Bools, Floats
from harness.tasks.documents import Question, split
from harness.tasks.features import SHIPPED
from va_extractor.emotions.labels import EMOTIC
from va_extractor.emotions.prototypes import prototypes


def rankings(question: Question) -> Iterator[tuple[str, Floats]]:
    """Yield the names of predictors with their (n, k) scores of all labels."""
    items = split(question, "test").items
    place = points(items)
    yield "label frequencies", Baseline("majority", question, items).label_scores(EMOTIC)
    yield "nearest word norm", -np.linalg.norm(place[:, None] - prototypes(EMOTIC), axis=2)
    yield "nearest train mean", Baseline("prototype", question, items).label_scores(EMOTIC)
    yield "cubic logistic regression", Baseline("logistic", question, items).label_scores(EMOTIC)


def sets(question: Question, ranked: dict[str, Floats]) -> Iterator[tuple[str, Bools]]:
    """Yield the names of rules with their (n, k) sets of labels."""
    items = split(question, "test").items
    prevalence = np.exp(ranked["label frequencies"])
    pleasant = prototypes(EMOTIC)[:, 0] > 0
    yield "five commonest labels", largest(prevalence, 5)
    yield "all labels", np.ones((len(items), len(EMOTIC)), dtype=bool)
    yield "labels on the side of the valence", (points(items)[:, :1] > 0) == pleasant
    yield "five nearest word norms", largest(ranked["nearest word norm"], 5)
    yield "five likeliest labels", largest(ranked["cubic logistic regression"], 5)
    yield "P(label | VA) above its prevalence", np.exp(ranked["cubic logistic regression"]) > prevalence


def largest(scores: Floats, count: int) -> Bools:
    """Return (n, k) whether a label is among the `count` of the highest scores."""
    order = np.argsort(-scores, axis=1, kind="stable")
    found = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(found, order[:, :count], values=True, axis=1)
    return found


def main() -> None:
    """Print both tables, in percent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emotic", metavar="DIR", help="features of EMOTIC")
    given = parser.parse_args().emotic
    question = Question(get("ranking"), given or SHIPPED, "emotic", EMOTIC, by_index=True)
    truth = membership([item.labels for item in split(question, "test").items], EMOTIC)
    mixed = truth.any(axis=0) & ~truth.all(axis=0)
    mark = "" if given else ", SYNTHETIC SAMPLE"
    ranked = dict(rankings(question))
    table = Table("predictor", "mAP", title=f"n = {len(truth):,}{mark}")
    for name, scores in ranked.items():
        table.add_row(name, f"{100 * average_precision_score(truth[:, mixed], scores[:, mixed]):.1f}")
    Console(file=sys.stdout).print(table)
    table = Table("sets", "micro F1", "macro F1", "informedness")
    for name, said in sets(question, ranked):
        gained = [balanced_accuracy_score(truth[:, k], said[:, k], adjusted=True) for k in np.flatnonzero(mixed)]
        f1 = [100 * f1_score(truth, said, average=kind, zero_division=0) for kind in ("micro", "macro")]
        table.add_row(name, *(f"{value:.1f}" for value in f1), f"{np.mean(gained):.3f}")
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
