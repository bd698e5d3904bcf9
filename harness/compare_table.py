"""Compared runs as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.compare import Comparison, ItemGap
from harness.metrics.registry import few
from harness.table import SYNTHETIC
from leaderboard.schema import Sample

_WIDEST = 60


def show(comparisons: Sequence[Comparison], level: float, console: Console) -> None:
    """Print each comparison's metrics, and the items on which the two models differ most."""
    for one in comparisons:
        console.print(_table(one, level))
        for name, reason in sorted(one.lacking.items()):
            console.print(f"{name} is not compared: in one of the runs {reason}", highlight=False, markup=False)
        if note := few(one.clusters):
            console.print(note, highlight=False)
        noise = _noise(one)
        if noise:
            console.print(noise, highlight=False)
        if one.items:
            console.print(_items(one.items))
        console.print()
    console.print(
        "p: two-sided; p (Holm): headlines (*) over all pairs and tasks, further metrics over the pairs of their task; "
        "detectable: the true difference found with 80 % power at this size",
        style="dim",
        highlight=False,
    )
    if any(one.first.record.synthetic for one in comparisons):
        console.print(f"[bold yellow]{SYNTHETIC}[/]: these numbers say nothing about a model.")


def _table(one: Comparison, level: float) -> Table:
    names = " against ".join(escape(run.record.model.id) for run in (one.first, one.second))
    items = f"{len(one.first.samples[one.task])} items in {one.clusters} clusters"
    table = Table(title=f"[bold]{escape(one.task)}[/]: {names}, {items}", title_justify="left")
    table.add_column("metric", no_wrap=True)
    for title in ("first", "second", "difference", f"{100 * level:g} % interval", "p", "p (Holm)", "detectable"):
        table.add_column(title, justify="right")
    table.add_column("test")
    for adjusted in one.rows:
        row = adjusted.difference
        between = f"{row.interval.low:+.3f} to {row.interval.high:+.3f}" if row.interval else "-"
        table.add_row(
            row.metric + (" *" if row.metric == one.headline else ""),
            f"{row.first:.3f}",
            f"{row.second:.3f}",
            f"{row.effect:+.3f}",
            between,
            f"{row.p:.4f}",
            f"{adjusted.holm:.4f}",
            "-" if row.detectable is None else f"{row.detectable:.3f}",
            row.test,
            style="bold" if row.metric == one.headline else "",
        )
    return table


def _noise(one: Comparison) -> str | None:
    """Say how much of the headline's uncertainty more repeats would take away; None where nobody repeated."""
    row = next((row.difference for row in one.rows if row.difference.metric == one.headline), None)
    if row is None or row.share_sampling is None:
        return None
    times = " and ".join(str(run.record.repeats) for run in (one.first, one.second))
    said = (
        f"answered {times} times, means over repeats; {row.share_sampling:.0%} of the variance of the difference in "
        f"{row.metric} is sampling noise"
    )
    if row.detectable_unsampled is None:
        return said
    return f"{said}: unlimited repeats would detect {row.detectable_unsampled:.3f}, only more items less than that"


def _items(gaps: Sequence[ItemGap]) -> Table:
    table = Table(title="items that differ most", title_justify="left")
    for title in ("item", "V", "A", "truth", "first said", "second said", "gap"):
        table.add_column(title, overflow="fold")
    for gap in gaps:
        item = gap.first.item
        said = (_short(_said(sample)) for sample in (gap.first, gap.second))
        place = (f"{item.valence:.2f}", f"{item.arousal:.2f}")
        table.add_row(item.item_id[:12], *place, _short(item.truth), *said, f"{gap.gap:+.2f}")
    return table


def _said(sample: Sample) -> str:
    """Return what was said, of several repeats the first answer."""
    if sample.answer.loglikelihoods is not None:
        ranked = sorted(zip(sample.answer.loglikelihoods, sample.item.choices, strict=True), reverse=True)
        return ", ".join(label for _, label in ranked[: max(1, len(sample.item.labels))])
    return ", ".join(sample.parsed.labels) or sample.parsed.text or f"({sample.parsed.reason or sample.parsed.status})"


def _short(text: str) -> str:
    return escape(text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…")
