"""Print comparisons as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.commands.table import SYNTHETIC
from harness.metrics.registry import few, labels_lost
from harness.record import Sample
from harness.runs.compare import Comparison, ItemGap
from harness.scoring.difference import Difference
from harness.stats.bootstrap import SEED
from harness.stats.intervals import LEVEL
from harness.stats.sign_flip import FLIPS
from va_extractor.common.plain_text import one_line
from va_extractor.common.terminal import terminal

_ALPHA = 1 - LEVEL
_WIDEST = 60
_FILE_WIDTH = 120


def show(comparisons: Sequence[Comparison], console: Console | None = None) -> None:
    """Print each comparison's metrics, and the items on which the two models differ most."""
    console = console or terminal(_FILE_WIDTH)
    for one in comparisons:
        console.print(_table(one))
        for line in _notes(one):
            console.print(one_line(line, 1000), highlight=False, markup=False)
        if one.items:
            console.print(_items(one.items))
        console.print()
    console.print(
        "p: two-sided, of equal scores; p (Holm): adjusted over all pairs and tasks for main scores (*), over the "
        "pairs of a task for other metrics; min. detectable: smallest true difference found with 80 % power at this "
        f"size; test: sign-flip of pseudo-values, {FLIPS:,} flips (all if fewer), seed {SEED}, alpha {_ALPHA:.2g}",
        style="dim",
        highlight=False,
    )
    if any(one.first.record.tasks[one.task].features.synthetic for one in comparisons):
        console.print(f"[bold yellow]{SYNTHETIC}[/]: these numbers say nothing about a model.")


def _table(one: Comparison) -> Table:
    names = " against ".join(_short(run.record.model.id) for run in (one.first, one.second))
    items = f"{len(one.first.samples[one.task])} items in {one.clusters} clusters"
    table = Table(title=f"[bold]{escape(one.task)}[/]: {names}, {items}", title_justify="left")
    table.add_column("metric", no_wrap=True)
    for title in ("first", "second", "difference", "95 % interval", "p", "p (Holm)", "min. detectable"):
        table.add_column(title, justify="right")
    for row in one.rows:
        main = row.metric == one.main_score
        table.add_row(
            f"{row.metric}{' *' if main else ''}",
            f"{row.first:.3f}",
            f"{row.second:.3f}",
            f"{row.effect:+.3f}",
            f"{row.interval.low:+.3f} to {row.interval.high:+.3f}" if row.interval else "-",
            p_text(row.p),
            p_text(row.p_holm),
            "-" if row.min_detectable_difference is None else f"{row.min_detectable_difference:.3f}",
            style="bold" if main else "",
        )
    return table


def p_text(p: float) -> str:
    """Format a p value; it is never 0."""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _notes(one: Comparison) -> Iterator[str]:
    """Yield the notes below the table, one line each."""
    if one.settings:
        yield f"different settings: {'; '.join(one.settings)}"
    for name, reason in sorted(one.not_compared.items()):
        yield f"{name} is not compared: only one run has a value ({reason})"
    for why in dict.fromkeys(row.no_min_detectable for row in one.rows if row.no_min_detectable):
        names = ", ".join(row.metric for row in one.rows if row.no_min_detectable == why)
        yield f"no smallest detectable difference for {names}: {why}"
    if apart := [row.metric for row in one.rows if _disagree(row)]:
        yield (
            f"p and interval of {', '.join(apart)} disagree at alpha {_ALPHA:.2g}: the interval uses Student's t, p "
            "the differences themselves; treat the difference as undecided"
        )
    record = one.first.record.tasks[one.task]
    if record.lost_labels:
        yield f"{labels_lost(len(record.lost_labels), len(record.labels))}: means over labels are not compared"
    if biased := [row.metric for row in one.rows if row.corrected]:
        yield f"values of {', '.join(biased)} are without the bias of few items, so they are not those of the runs"
    if note := few(one.clusters):
        yield note
    if one.main and one.main.share_sampling is not None:
        yield _noise(one, one.main, one.main.share_sampling)


def _disagree(row: Difference) -> bool:
    excludes_zero = row.interval is not None and (row.interval.low > 0 or row.interval.high < 0)
    return row.interval is not None and (row.p < _ALPHA) != excludes_zero


def _noise(one: Comparison, row: Difference, share: float) -> str:
    """Return how much of the variance of the main score more repeats would remove."""
    times = " and ".join(str(run.record.repeats) for run in (one.first, one.second))
    said = (
        f"means over {times} repeats; {share:.0%} of the variance of the difference in {row.metric} is sampling noise"
    )
    if row.min_detectable_unsampled is None:
        return said
    return f"{said}; unlimited repeats would detect {row.min_detectable_unsampled:.3f}, for less add items"


def _items(gaps: Sequence[ItemGap]) -> Table:
    table = Table(title="items that differ most", title_justify="left")
    for title in ("item", "V", "A", "truth", "first answer", "second answer", "gap"):
        table.add_column(title, overflow="fold")
    for gap in gaps:
        item = gap.first.item
        said = (_short(_said(sample)) for sample in (gap.first, gap.second))
        place = (f"{item.valence:.2f}", f"{item.arousal:.2f}")
        table.add_row(_short(item.item_id[:12]), *place, _short(item.truth), *said, f"{gap.gap:+.2f}")
    return table


def _said(sample: Sample) -> str:
    """Return the answer as text; the first of several repeats."""
    if sample.answer.loglikelihoods is not None:
        ranked = sorted(zip(sample.answer.loglikelihoods, sample.item.choices, strict=True), reverse=True)
        return ", ".join(label for _, label in ranked[: max(1, len(sample.item.labels))])
    return ", ".join(sample.parsed.labels) or sample.parsed.text or f"({sample.parsed.reason or sample.parsed.status})"


def _short(text: str) -> str:
    return escape(one_line(text, _WIDEST))
