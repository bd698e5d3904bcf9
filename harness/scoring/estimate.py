"""A metric's value with interval, reason and note."""

from __future__ import annotations

from harness.metrics import Metric
from harness.metrics.registry import few
from harness.record import Interval, Score
from harness.stats.intervals import (
    FEW_VALUES,
    NO_WIDTH,
    OUTSIDE,
    Bootstrap,
    corrected,
    jackknife,
    percentile,
    student,
    wide,
    wilson,
    wilson_of_clusters,
)
from harness.stats.sign_flip import pseudo_values

_ONE_CLUSTER = "no interval: all items with a value form one cluster"


def estimate(metric: Metric, value: float, spread: Bootstrap | None, *, independent: int | None = None) -> Score:
    """Return a metric's value with its interval, a reason if there is none, and a note.

    Args:
        metric: defined on the items.
        value: over all items; the mean over repeats.
        spread: its resampling distribution; None if the items with a value form one cluster.
        independent: number of items if each is its own cluster and was answered once, else None.
    """
    if metric.proportion and independent and not metric.partial:
        found: Interval | None = wilson(round(value * independent), independent)
    elif metric.proportion and spread and value in (0.0, 1.0):
        found = wilson_of_clusters(value, spread.clusters)
    else:
        found = _best(metric, spread) if spread else None
    best = wide(found)
    return Score(
        value=value,
        reason=None if best else NO_WIDTH if found else FEW_VALUES if spread else _ONE_CLUSTER,
        note=_note(metric, value, best, spread),
        interval=best,
        higher_is_better=metric.higher_is_better,
    )


def _best(metric: Metric, spread: Bootstrap) -> Interval | None:
    """Return the interval with the best coverage for this metric."""
    match metric.interval:
        case "student":
            return student(spread, metric.span)
        case "jackknife":
            return jackknife(spread, metric.span)
        case "corrected":
            return corrected(spread, metric.span)
        case "percentile":
            return percentile(spread)


def _note(metric: Metric, value: float, best: Interval | None, spread: Bootstrap | None) -> str | None:
    least, outside = metric.reliable_from, best is not None and not best.low <= value <= best.high
    clusters = spread.clusters if spread else 1
    said = [
        few(clusters) or f"{clusters} clusters: below {least} the interval may cover less often than it states",
        f"biased upward below {least} clusters{_without_bias(metric, spread)}" if metric.biased else None,
    ]
    said = [*(said if clusters < least else []), OUTSIDE if outside else None, metric.caveat]
    return "; ".join(filter(None, said)) or None


def _without_bias(metric: Metric, spread: Bootstrap | None) -> str:
    """Return the value without bias that comparisons use; empty for metrics whose value they use."""
    parts = pseudo_values(spread.value, spread.left_out, corrected=True) if spread and metric.corrected else None
    return "" if parts is None else f": {float(parts.mean()):.3f} without this bias"
