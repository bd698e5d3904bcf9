"""Intervals of every metric of a 26-label task, against lm-eval's own bootstrap of the same metrics and draws.

Both resample the same items with the same number of draws on one core. lm-eval's bootstrap is timed on `--peer_draws`
draws and scaled up, because each draw costs the same.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from typing import Any

import numpy as np
from lm_eval.api.metrics import bootstrap_stderr
from rich.console import Console
from rich.table import Table
from sklearn import metrics as peer
from threadpoolctl import threadpool_limits

from harness.kinds import get
from harness.metrics import Metric
from harness.metrics.outcome import LabelSets, Ranked
from harness.record import Interval
from harness.stats.bootstrap import resample
from harness.stats.intervals import bca, jackknife, percentile, student
from va_extractor.emotions.labels import EMOTIC

ITEMS, LABELS, DRAWS, ANNOTATORS = 7203, 26, 2000, 3
Rows = Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]


def items() -> tuple[LabelSets, Ranked, np.ndarray]:
    """Draw labels with prevalences from 78 % to 2 %, an answer and a score for each, and clusters of 1-5 items."""
    rng = np.random.default_rng(0)
    gold = rng.random((ITEMS, LABELS)) < np.geomspace(0.78, 0.02, LABELS)
    scores = rng.normal(size=gold.shape) + gold
    clusters = np.repeat(np.arange(ITEMS), rng.integers(1, 6, size=ITEMS))[:ITEMS]
    sets = LabelSets(
        gold,
        scores > 1,
        EMOTIC,
        votes=gold * rng.random(gold.shape),
        distance=rng.random(gold.shape),
        annotated=gold[:, None] & (rng.random((ITEMS, ANNOTATORS, LABELS)) < 0.6),
    )
    return sets, Ranked(gold, scores, EMOTIC), clusters


def on_rows(compute: Callable[[np.ndarray, np.ndarray, np.ndarray], Any]) -> Callable[[Rows], float]:
    """Give a metric of columns (truth, answers, scores) the form that lm-eval bootstraps: a function of rows."""
    return lambda rows: float(compute(*map(np.array, zip(*rows, strict=True))))


PEERS = {
    "macro_f1": on_rows(lambda gold, said, _: peer.f1_score(gold, said, average="macro", zero_division=0)),
    "micro_f1": on_rows(lambda gold, said, _: peer.f1_score(gold, said, average="micro")),
    "samples_f1": on_rows(lambda gold, said, _: peer.f1_score(gold, said, average="samples", zero_division=1)),
    "jaccard": on_rows(lambda gold, said, _: peer.jaccard_score(gold, said, average="samples", zero_division=1)),
    "set_size": on_rows(lambda gold, said, _: said.sum(axis=1).mean()),
    "set_size_true": on_rows(lambda gold, said, _: gold.sum(axis=1).mean()),
    "mean_ap": on_rows(lambda gold, _, scores: peer.average_precision_score(gold, scores, average="macro")),
    "macro_auc": on_rows(lambda gold, _, scores: peer.roc_auc_score(gold, scores, average="macro")),
}


def main() -> None:
    """Measure both and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer_draws", type=int, default=4, help="draws of lm-eval's bootstrap to measure")
    given = parser.parse_args()
    os.environ["DISABLE_MULTIPROC"] = "1"
    threadpool_limits(1)
    sets, ranked, clusters = items()
    asked = {metric.name: (metric, sets) for metric in get("multi_label").metrics} | {
        metric.name: (metric, ranked) for metric in get("ranking").metrics
    }
    seconds, found = measure({name: asked[name] for name in PEERS}, clusters)
    again = items()
    seconds_all, _ = measure({name: (one, again[of is ranked]) for name, (one, of) in asked.items()}, clusters)

    rows = list(zip(sets.gold, sets.predicted, ranked.scores, strict=True))
    table = Table(title=f"{ITEMS} items x {LABELS} labels, {DRAWS} draws, {clusters.max() + 1} clusters, one core")
    for title in ("metric", "95 % percentile", "95 % BCa", "lm-eval, seconds (scaled)"):
        table.add_column(title, justify="left" if title == "metric" else "right")
    total = 0.0
    for name, (plain, corrected) in found.items():
        start = time.process_time()
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            bootstrap_stderr(PEERS[name], rows, iters=given.peer_draws)
        peer_seconds = (time.process_time() - start) * DRAWS / given.peer_draws
        total += peer_seconds
        ends = [f"{one.low:.4f} to {one.high:.4f}" if one else "-" for one in (plain, corrected)]
        table.add_row(name, *ends, f"{peer_seconds:.1f}")
    console = Console(width=120)
    console.print(table)
    console.print(
        f"these {len(found)} metrics, ours: {seconds:.2f} s; lm-eval: {total:.0f} s; {total / seconds:.0f} times\n"
        f"all {len(asked)} metrics of sets and rankings, ours: {seconds_all:.2f} s",
        highlight=False,
    )


def measure(
    asked: dict[str, tuple[Metric, LabelSets | Ranked]], clusters: np.ndarray
) -> tuple[float, dict[str, tuple[Interval | None, Interval | None]]]:
    """Return the seconds that all four intervals of every metric take together, and the two of every record."""
    start = time.process_time()
    spreads = resample([partial(metric.compute, of) for metric, of in asked.values()], clusters, draws=DRAWS)
    found = {name: (percentile(spread), bca(spread)) for name, spread in zip(asked, spreads, strict=True)}
    for (metric, _), spread in zip(asked.values(), spreads, strict=True):
        student(spread, metric.span)
        jackknife(spread, metric.span)
    return time.process_time() - start, found


if __name__ == "__main__":
    main()
