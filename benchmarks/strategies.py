"""Strategies that answer without understanding, beside floor and ceiling of the tasks of labels.

Run `python -m benchmarks.strategies [--items N]`. Items are SYNTHETIC: the samples that ship, and for sets of labels
look-alikes of EMOTIC (`benchmarks.lookalike`) too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.lookalike import draw
from benchmarks.reference import largest
from harness.kinds import Kind, get
from harness.kinds.arrays import membership, points
from harness.kinds.reading import read
from harness.record import Answer, Item, Sample, Score
from harness.scoring.anchors import Anchors, anchors
from harness.scoring.score import score
from harness.stats.arrays import Bools
from harness.tasks.documents import Question, split
from harness.tasks.features import SHIPPED
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.prototypes import prototypes
from va_extractor.sample import Row, synthetic, to_table

SEED = 22


@dataclass(frozen=True)
class Strategy:
    """A rule with its (n, k) sets of labels, and whether it looks at valence or arousal."""

    name: str
    said: Bools
    looks: bool


def strategies(items: Sequence[Item], labels: tuple[str, ...], *, several: bool) -> Iterator[Strategy]:
    """Yield strategies of answering n items; of one label each unless `several`."""
    rng = np.random.default_rng(SEED)
    n, k, place, norms = len(items), len(labels), points(items), prototypes(labels)
    truth = membership([item.labels for item in items], labels)
    common = np.tile(truth.mean(axis=0), (n, 1))
    away = np.linalg.norm(place[:, None] - norms, axis=2)
    pleasant, excited = ((place[:, [axis]] > 0) == (norms[:, axis] > 0) for axis in (0, 1))
    usual = round(truth.sum(axis=1).mean())
    sizes = [usual, 13] if several else [1]
    for size in sizes:
        yield Strategy(f"{size} commonest", largest(common, size), looks=False)
        yield Strategy(f"{size} rarest", largest(-common, size), looks=False)
        yield Strategy(f"{size} at random", largest(rng.random((n, k)), size), looks=False)
        yield Strategy(f"{size} in turn", largest(-((np.arange(k) - np.arange(n)[:, None]) % k), size), looks=False)
        yield Strategy(f"{size} at random by rate", largest(common / rng.exponential(size=(n, k)), size), looks=False)
        yield Strategy(f"{size} nearest", largest(-away, size), looks=True)
        yield Strategy(f"{size} farthest", largest(away, size), looks=True)
        yield Strategy(f"{size} nearest in valence", largest(-abs(place[:, :1] - norms[:, 0]), size), looks=True)
        yield Strategy(f"{size} nearest in arousal", largest(-abs(place[:, 1:] - norms[:, 1]), size), looks=True)
        yield Strategy(f"{size} commonest of the side of valence", largest(common * pleasant, size), looks=True)
        yield Strategy(f"{size} commonest of the quadrant", largest(common * pleasant * excited, size), looks=True)
        yield Strategy(f"{size} commonest of the wrong side", largest(common * ~pleasant, size), looks=True)
    yield Strategy("another item's labels", truth[rng.permutation(n)], looks=False)
    yield Strategy("no label", np.zeros_like(truth), looks=False)
    if several:
        yield Strategy("all", np.ones_like(truth), looks=False)
        yield Strategy("each at even odds", rng.random((n, k)) < 0.5, looks=False)
        yield Strategy("each at its rate", rng.random((n, k)) < common, looks=False)
        yield Strategy("all on a side at random", (rng.random((n, 1)) < 0.5) == (norms[:, 0] > 0), looks=False)
        yield Strategy("all on the side of valence", pleasant, looks=True)
        yield Strategy("all on the side of arousal", excited, looks=True)
        yield Strategy("all of the quadrant", pleasant & excited, looks=True)
        yield Strategy("all but the wrong quadrant", pleasant | excited, looks=True)


def scores(question: Question, main: str) -> Iterator[tuple[Strategy, Score]]:
    """Yield strategies with their main score on the evaluated items of a question."""
    items = split(question, "test").items
    kind, others = only(question.kind, main), anchors(question, items, by_likelihood=False, by=None)
    for strategy in strategies(items, question.labels, several=kind.several):
        named = [[label for label, held in zip(question.labels, row, strict=True) if held] for row in strategy.said]
        texts = [json.dumps(one) if kind.several else ", ".join(one) for one in named]
        found = _score(kind, question.labels, items, texts, others)[main]
        best = found.normalized_score and found.normalized_score.ceiling
        others = replace(others, ceilings={name: one for name, one in others.ceilings.items() if name == best})
        yield strategy, found


def only(kind: Kind, metric: str) -> Kind:
    """Return the kind with one metric."""
    made: Kind = type("Only", (type(kind),), {"families": (metric,), "__module__": type(kind).__module__})()
    return made


def _score(
    kind: Kind, labels: tuple[str, ...], items: Sequence[Item], texts: Sequence[str], others: Anchors
) -> dict[str, Score]:
    samples = []
    for item, text in zip(items, texts, strict=True):
        answer = Answer(text=text)
        samples.append(
            Sample(
                item=item, prompt="", request_hash="0" * 64, answer=answer, parsed=read(kind, item, answer), scores={}
            )
        )
    return score(kind, labels, samples, others=others).metrics


def shipped() -> Iterator[tuple[str, Question, str]]:
    """Yield the tasks of labels that ship, with their main scores."""
    yield "iimi_basic", Question(get("single_label"), SHIPPED, "iimi", BASIC), "macro_f1"
    yield "emotic_complex", Question(get("multi_label"), SHIPPED, "emotic", EMOTIC), "pooled_kappa"


def lookalike(root: Path, n: int) -> Question:
    """Write n train and n test items that look like EMOTIC's, and ask for their sets of labels."""
    rng = np.random.default_rng(SEED)
    for name in ("train", "test"):
        drawn = draw(rng, n)
        rows = [
            Row((name, row), (name, int(cluster)), (float(place[0]), float(place[1])), tuple(np.array(EMOTIC)[held]))
            for row, (place, held, cluster) in enumerate(zip(drawn.points, drawn.truth, drawn.clusters, strict=True))
        ]
        write_split(to_table(rows), synthetic("emotic"), root, name)
    return Question(get("multi_label"), str(root), "emotic", EMOTIC)


def show(title: str, question: Question, main: str) -> None:
    """Print the table of one task."""
    table = Table("strategy", "looks at VA", main, "ceiling", "normalized", "95 % interval", title=title)
    for strategy, found in scores(question, main):
        place = found.normalized_score
        ceiling = (found.baselines | found.ceilings)[place.ceiling or ""] if place else None
        ends = f"{place.interval.low:.2f} to {place.interval.high:.2f}" if place and place.interval else "-"
        where = "-" if place is None or place.value is None else f"{place.value:.2f}"
        cells = [f"{value:.3f}" if value is not None else "-" for value in (found.value, ceiling)]
        table.add_row(strategy.name, "yes" if strategy.looks else "no", *cells, where, ends)
    Console(file=sys.stdout, width=130).print(table)


def main() -> None:
    """Print one table a task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1200, help="look-alikes to draw for each split")
    given = parser.parse_args()
    for name, question, metric in shipped():
        show(f"{name}, SYNTHETIC sample, n = {len(split(question, 'test').items)}", question, metric)
    with tempfile.TemporaryDirectory() as root:
        show(
            f"look-alike of EMOTIC (SYNTHETIC), n = {given.items:,}", lookalike(Path(root), given.items), "pooled_kappa"
        )


if __name__ == "__main__":
    main()
