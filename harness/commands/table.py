"""Print a run as tables: each metric with its interval, chance value and baselines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.metrics.registry import few, labels_lost
from harness.record import RunRecord, Score, TaskRecord

SYNTHETIC = "SYNTHETIC SAMPLE"


def show(run: RunRecord, folder: Path, console: Console) -> None:
    """Print a table for each task, and the path of the record."""
    for name, task in run.tasks.items():
        console.print(_table(name, task) if task.scored else _title(name, task))
        console.print(_notes(task), highlight=False)
        console.print()
    for line in _warnings(run):
        console.print(f"[bold yellow]{escape(line)}[/]", soft_wrap=True, highlight=False)
    console.print(f"Record: {folder / 'run.json'}", highlight=False, soft_wrap=True, markup=False)
    if run.synthetic:
        console.print(
            f"[bold yellow]{SYNTHETIC}[/]: faces and labels were drawn from a seed; these numbers say nothing about a "
            "model. Give real features with --features.",
            soft_wrap=True,
        )


def _warnings(run: RunRecord) -> Iterator[str]:
    if run.stopped:
        yield f"INCOMPLETE: {run.stopped}"
    for name, task in run.tasks.items():
        if task.answers.missing:
            done = "scored over the rest" if run.allow_missing else "not scored"
            yield f"{name}: {task.answers.missing} answers are missing: {done}"
        if task.answers.echo:
            yield f"{name}: {task.answers.echo} answers only repeat the prompt's own words and count as no answer"
    if run.model.changed:
        yield f"parameters changed because the provider rejected them: {'; '.join(run.model.changed)}"


def _title(name: str, task: TaskRecord) -> str:
    mark = f"  [bold yellow]{SYNTHETIC}[/]" if task.features.synthetic else ""
    items = f"{task.items} items in {task.clusters} clusters"
    return f"[bold]{escape(name)}[/] v{escape(task.version)}, {items}{mark}"


def _table(name: str, task: TaskRecord) -> Table:
    table = Table(title=_title(name, task), title_justify="left")
    table.add_column("metric", no_wrap=True)
    table.add_column("value", justify="right")
    table.add_column(_interval_title(task), justify="right", no_wrap=True)
    table.add_column("chance", justify="right")
    baselines = list(next(iter(task.metrics.values())).baselines)
    for baseline in baselines:
        table.add_column(baseline, justify="right", no_wrap=True)
    placed = any(score.normalized_score and score.normalized_score.value is not None for score in task.metrics.values())
    for title in ("ceiling", "normalized") if placed else ():
        table.add_column(title, justify="right", no_wrap=True)
    repeated = any(score.sampling for score in task.metrics.values())
    for title in ("item SD", "sampling SD") if repeated else ():
        table.add_column(title, justify="right", no_wrap=True)
    for metric, score in task.scored.items():
        style = "bold" if metric == task.main_score else ""
        cells = [*_cells(score), *(_number(score.baselines.get(baseline)) for baseline in baselines)]
        cells += _placed(score) if placed else []
        cells += _noises(score) if repeated else []
        table.add_row(f"{metric}{_arrow(score)}{' *' if metric == task.main_score else ''}", *cells, style=style)
    return table


def _cells(score: Score) -> Iterator[str]:
    yield _number(score.value)
    yield f"{score.interval.low:.3f} to {score.interval.high:.3f}" if score.interval else "-"
    yield _number(score.chance)


def _placed(score: Score) -> list[str]:
    """Return the ceiling from VA and the normalized score."""
    place = score.normalized_score
    if place is None:
        return ["-", "-"]
    best = _number((score.baselines | score.ceilings).get(place.ceiling or ""))
    if place.value is None:
        return [best, "-"]
    ends = f" ({place.interval.low:.2f}, {place.interval.high:.2f})" if place.interval else ""
    return [best, f"{place.value:.2f}{ends}"]


def _noises(score: Score) -> list[str]:
    """Return the standard deviations of the score over items and over repeats."""
    found = score.sampling
    return [_number(found.item_sd), _number(found.sampling_sd)] if found else ["-", "-"]


def _notes(task: TaskRecord) -> str:
    from harness.scoring.readers import moved

    answers = task.answers
    parts = [
        f"answers: unparsed {answers.unparsed_rate:.1%}, refused {answers.refused_rate:.1%}, "
        f"empty {answers.empty_rate:.1%}"
    ]
    counts = {
        "missing": answers.missing,
        "stopped by a content filter": answers.filtered,
        "cut off by the token limit": answers.cut_off,
        "of these not parsed (give thought more room: --reasoning-budget N)": answers.truncated,
    }
    parts += [f"{count} {what}" for what, count in counts.items() if count]
    if task.excluded:
        parts.append("left out: " + ", ".join(f"{count} {reason}" for reason, count in task.excluded.items()))
    if task.features.calibrated_on:
        parts.append(f"valence and arousal: quantile map to the norms' scale, fitted on {task.features.calibrated_on}")
    if task.reference_kind:
        parts.append(f"references: {task.reference_kind}")
    repeats = next((score.sampling.repeats for score in task.metrics.values() if score.sampling), None)
    if repeats:
        parts.append(f"each item answered {repeats} times: values are means over repeats")
    said: dict[str, list[str]] = defaultdict(list)
    lost, unreliable = labels_lost(len(task.lost_labels), len(task.labels)), few(task.clusters)
    for name, score in task.metrics.items():
        shown = score.value is not None or name == task.main_score or score.reason == lost
        for text in filter(None, (score.reason if shown else None, *(score.note or "").split("; "))):
            said[text].append(name)
    parts += [text if text == unreliable else f"{', '.join(names)}: {text}" for text, names in said.items()]
    for reader, value in moved(task.metrics[task.main_score], task.readers).items():
        parts.append(f"{task.main_score} is {value:.3f} under the {reader} reader: more than half the interval away")
    if place := task.metrics[task.main_score].normalized_score:
        parts += [f"normalized {task.main_score}: {text}" for text in (place.reason, place.note) if text]
    return escape("; ".join(parts))


def _interval_title(task: TaskRecord) -> str:
    return "95 % interval" if any(score.interval for score in task.metrics.values()) else "interval"


def _arrow(score: Score) -> str:
    return {True: " ↑", False: " ↓", None: ""}[score.higher_is_better]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{round(value, 3) + 0.0:.3f}"
