"""Print a sweep: variants, effects of axes, and the spread over prompts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.metrics.registry import few
from harness.record.sweep import Sweep, Variant
from harness.runs.plan import TaskPlan
from harness.runs.sweep.design import described, shown
from harness.runs.sweep.run import Plan


def show_plan(plan: Plan, counted: Sequence[TaskPlan], console: Console) -> None:
    """Print the requests of a sweep; `counted` has one entry for each distinct prompt."""
    table = Table(title=f"{plan.task.name}, {plan.design}: {len(plan.prompts)} distinct prompts", title_justify="left")
    for name in ("variant", "prompt", "the same as"):
        table.add_column(name)
    for name in ("requests", "equal", "cached", "to send"):
        table.add_column(name, justify="right")
    for one, task in zip(plan.prompts, counted, strict=True):
        first, *same = (described(axes.changed) for axes in one.axes)
        counts = (task.requests, task.equal, task.known, task.to_ask)
        table.add_row(one.id, escape(first), escape("; ".join(same)), *map(str, counts))
    console.print(table)
    variants, requests = sum(len(one.axes) for one in plan.prompts), sum(task.requests for task in counted)
    console.print(
        f"{variants} variants, {len(plan.prompts)} distinct prompts, {requests} requests, "
        f"{sum(task.to_ask for task in counted)} of them to send",
        highlight=False,
    )


def show(sweep: Sweep, folder: Path, console: Console) -> None:
    """Print a finished sweep."""
    settings = sweep.settings
    made_up = "  SYNTHETIC SAMPLE" if sweep.synthetic else ""
    console.print(
        f"{settings.model} on {settings.task}, {settings.design}: {sweep.main_score} {_arrow(sweep)}, "
        f"{sweep.items} items in {sweep.clusters} clusters{made_up}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    variants = Table(show_edge=True)
    for name in ("variant", "prompt", sweep.main_score, "not parsed"):
        variants.add_column(name, justify="right" if name in (sweep.main_score, "not parsed") else "left")
    for variant in sweep.variants:
        variants.add_row(variant.id, escape(_prompt(variant)), _number(variant.value), f"{variant.not_parsed:.1%}")
    console.print(variants)
    console.print(_effects(sweep))
    if note := few(sweep.clusters):
        console.print(note, highlight=False)
    if sweep.spread:
        found = sweep.spread
        console.print(
            f"spread over {found.variants} prompts: {found.least:.3f} to {found.greatest:.3f} "
            f"(range {found.range:.3f}, SD {found.sd:.3f})",
            highlight=False,
        )
    console.print(f"Sweep: {folder}/sweep.json", highlight=False, markup=False, soft_wrap=True)
    if sweep.synthetic:
        console.print("SYNTHETIC SAMPLE: drawn from a seed; these numbers say nothing about a model.")


def _effects(sweep: Sweep) -> Table:
    table = Table()
    for name in ("axis", "level", "against", "effect", "95 % interval", "p", "p (Holm)", "pairs"):
        table.add_column(name, justify="left" if name in ("axis", "level", "against") else "right")
    for one in sweep.effects:
        between = f"{one.interval.low:+.3f} to {one.interval.high:+.3f}" if one.interval else "-"
        table.add_row(
            one.axis, shown(one.level), shown(one.default), f"{one.effect:+.3f}", between, f"{one.p:.4f}",
            f"{one.holm:.4f}", str(one.pairs),
        )  # fmt: skip
    return table


def _prompt(variant: Variant) -> str:
    first, *same = map(described, variant.axes)
    return first + (f" (and {len(same)} alike)" if same else "")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _arrow(sweep: Sweep) -> str:
    return "↑" if sweep.higher_is_better else "↓"
