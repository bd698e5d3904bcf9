"""Compared runs as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.commands.table import SYNTHETIC
from harness.metrics.registry import few
from harness.record import Interval, Sample
from harness.runs.compare import Comparison, ItemGap
from harness.scoring.difference import Difference
from harness.stats.bootstrap import DRAWS, SEED
from va_extractor.common.plain_text import one_line

_WIDEST = 60


def show(comparisons: Sequence[Comparison], level: float, console: Console) -> None:
    """Print each comparison's metrics, and the items on which the two models differ most."""
    for one in comparisons:
        console.print(_table(one, level))
        for line in _notes(one, level):
            console.print(one_line(line, 1000), highlight=False, markup=False)
        if one.items:
            console.print(_items(one.items))
        console.print()
    console.print(
        "p: two-sided; p (Holm): headlines (*) over all pairs and tasks, further metrics over the pairs of their task; "
        "detectable: the true difference found with 80 % power at this size; "
        f"{DRAWS:,} bootstrap draws and {DRAWS:,} swaps (exact McNemar has none), seed {SEED}, {_alpha(level)}",
        style="dim",
        highlight=False,
    )
    if any(one.first.record.synthetic for one in comparisons):
        console.print(f"[bold yellow]{SYNTHETIC}[/]: these numbers say nothing about a model.")


def _table(one: Comparison, level: float) -> Table:
    names = " against ".join(_short(run.record.model.id) for run in (one.first, one.second))
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
            p_text(row.p),
            p_text(adjusted.holm),
            "-" if row.detectable is None else f"{row.detectable:.3f}",
            row.test,
            style="bold" if row.metric == one.headline else "",
        )
    return table


def p_text(p: float) -> str:
    """Write a p value, which is never 0."""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _notes(one: Comparison, level: float) -> Iterator[str]:
    """Say what must be known of a table, a line each."""
    if one.asked:
        yield f"asked differently: {'; '.join(one.asked)}"
    for name, reason in sorted(one.lacking.items()):
        yield f"{name} is not compared: in one of the runs {reason}"
    rows = [row.difference for row in one.rows]
    for why in dict.fromkeys(row.undetectable for row in rows if row.undetectable):
        yield f"no detectable difference of {_names(row for row in rows if row.undetectable == why)}: {why}"
    apart = [row for row in rows if row.interval and (row.p < 1 - level) != _excludes_zero(row.interval)]
    if apart:
        yield (
            f"p and interval of {_names(apart)} do not agree on {_alpha(level)}: p is of answers swapped between the "
            "models, the interval of items drawn again, two methods that may differ near alpha; take it as not settled"
        )
    if note := few(one.clusters):
        yield note
    if noise := _noise(one):
        yield noise


def _names(rows: Iterable[Difference]) -> str:
    return ", ".join(row.metric for row in rows)


def _excludes_zero(interval: Interval) -> bool:
    return interval.low > 0 or interval.high < 0


def _alpha(level: float) -> str:
    return f"alpha {1 - level:.2g}"


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
        table.add_row(_short(item.item_id[:12]), *place, _short(item.truth), *said, f"{gap.gap:+.2f}")
    return table


def _said(sample: Sample) -> str:
    """Return what was said, of several repeats the first answer."""
    if sample.answer.loglikelihoods is not None:
        ranked = sorted(zip(sample.answer.loglikelihoods, sample.item.choices, strict=True), reverse=True)
        return ", ".join(label for _, label in ranked[: max(1, len(sample.item.labels))])
    return ", ".join(sample.parsed.labels) or sample.parsed.text or f"({sample.parsed.reason or sample.parsed.status})"


def _short(text: str) -> str:
    return escape(one_line(text, _WIDEST))
