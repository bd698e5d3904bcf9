"""Intervals of every metric of a 26-label task, against lm-eval's own bootstrap of the same metrics and draws.

Both resample the same items by the same number of draws on one core. lm-eval's is measured on a few draws and scaled to
all of them, since each of its draws costs the same; `--peer_draws` says how many.
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

from harness.bootstrap import resample
from harness.intervals import bca, percentile
from harness.kinds import Kind
from harness.metrics import metrics_of
from harness.metrics.outcome import Labelled, LabelSets, Ranked

ITEMS, LABELS, DRAWS = 7203, 26, 2000
Rows = Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]


def items() -> tuple[LabelSets, Ranked, np.ndarray]:
    """Draw labels with prevalences from 78 % to 2 %, an answer and a score for each, and clusters of 1-5 items."""
    rng = np.random.default_rng(0)
    gold = rng.random((ITEMS, LABELS)) < np.geomspace(0.78, 0.02, LABELS)
    scores = rng.normal(size=gold.shape) + gold
    clusters = np.repeat(np.arange(ITEMS), rng.integers(1, 6, size=ITEMS))[:ITEMS]
    labels = tuple(map(str, range(LABELS)))
    return LabelSets(gold, scores > 1, labels), Ranked(gold, scores, labels), clusters


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
    outcomes: dict[str, LabelSets | Ranked | Labelled] = {
        metric.name: outcome
        for kind, outcome in ((Kind.MULTI_LABEL, sets), (Kind.RANKING, ranked))
        for metric in metrics_of(kind)
        if metric.name in PEERS
    }
    by_name = {metric.name: metric for kind in (Kind.MULTI_LABEL, Kind.RANKING) for metric in metrics_of(kind)}
    start = time.process_time()
    spreads = resample([partial(by_name[name].compute, outcomes[name]) for name in outcomes], clusters, draws=DRAWS)
    found = [(bca(spread), percentile(spread)) for spread in spreads]
    ours = time.process_time() - start

    rows = list(zip(sets.gold, sets.predicted, ranked.scores, strict=True))
    table = Table(title=f"{ITEMS} items x {LABELS} labels, {DRAWS} draws, {clusters.max() + 1} clusters, one core")
    for title in ("metric", "95 % BCa", "95 % percentile", "lm-eval, seconds (scaled)"):
        table.add_column(title, justify="left" if title == "metric" else "right")
    total = 0.0
    for name, (corrected, plain) in zip(outcomes, found, strict=True):
        start = time.process_time()
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            bootstrap_stderr(PEERS[name], rows, iters=given.peer_draws)
        seconds = (time.process_time() - start) * DRAWS / given.peer_draws
        total += seconds
        ends = [f"{one.low:.4f} to {one.high:.4f}" if one else "-" for one in (corrected, plain)]
        table.add_row(name, *ends, f"{seconds:.1f}")
    console = Console(width=120)
    console.print(table)
    console.print(
        f"ours, all metrics together: {ours:.2f} s; lm-eval: {total:.0f} s; {total / ours:.0f} times", highlight=False
    )


if __name__ == "__main__":
    main()
