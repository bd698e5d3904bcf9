"""Compare finished runs: check that they answered the same items of the same tasks, then compare every metric."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import fmean

import numpy as np

from harness.kinds import get
from harness.kinds.recorded import read_run
from harness.record import RunRecord, Sample, TaskRecord
from harness.record.folder import read_lines, read_samples
from harness.scoring.difference import Difference, difference
from harness.scoring.samples import judge
from harness.scoring.score import repeated
from harness.stats.clusters import cluster_index
from harness.stats.holm import holm
from va_extractor.common.errors import InputError

_HASHED = ("kind", "output_type", "labels", "axes")
_HASH = "task_hash"


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its record, and its samples by task."""

    folder: Path
    record: RunRecord
    samples: dict[str, list[Sample]]


@dataclass(frozen=True)
class ItemGap:
    """One item on which two models differ: both samples, and the first model's item score minus the second's."""

    first: Sample
    second: Sample
    gap: float


@dataclass(frozen=True)
class Comparison:
    """Two runs on one task.

    Attributes:
        task: its name.
        main_score: the name of its main metric.
        first: the first run.
        second: the second run; the samples of both are in the order of item ids.
        clusters: number of independent groups of items.
        rows: the metrics that both runs have, in the order of declaration.
        not_compared: the metrics that only one run has, with the reason why the other has no value.
        settings: how the settings of the two runs differ, one line each.
        items: the items on which the models differ most.
    """

    task: str
    main_score: str
    first: Run
    second: Run
    clusters: int
    rows: tuple[Difference, ...]
    not_compared: dict[str, str]
    settings: tuple[str, ...]
    items: tuple[ItemGap, ...]

    @property
    def main(self) -> Difference | None:
        """The difference in the main score; None if a run has no value."""
        return next((row for row in self.rows if row.metric == self.main_score), None)


def compare(folders: Sequence[Path], tasks: Sequence[str], items: int) -> list[Comparison]:
    """Compare every pair of runs on every task.

    Args:
        folders: two run folders or more.
        tasks: the tasks to compare; all of them if empty.
        items: how many items to list for each pair.

    Raises:
        InputError: a folder is not a run, its samples were changed, or the runs differ in tasks, features or items.
    """
    return adjust(compare_runs([load_run(folder, tasks) for folder in folders], items))


def compare_runs(runs: Sequence[Run], items: int) -> list[Comparison]:
    """Compare every pair of loaded runs on every task, p values not adjusted; arguments and errors as `compare`."""
    for run in runs[1:]:
        if differing := dict(_mismatches(runs[0], run)):
            raise InputError(
                f"cannot be compared with {runs[0].folder}: {'; '.join(differing.values())}",
                code="conflict",
                file=run.folder,
                field=", ".join(differing),
            )
    aligned = [_in_order(run) for run in runs]
    return [_pair(task, first, second, items) for task in runs[0].samples for first, second in combinations(aligned, 2)]


def load_run(folder: Path, tasks: Sequence[str]) -> Run:
    """Read a finished run with the samples of `tasks`, or of all its tasks if that is empty.

    Raises:
        InputError: the folder is not a run, lacks a task or answers, or its samples were changed.
    """
    record = read_run(folder)
    samples = {}
    for name in tasks or record.tasks:
        if name not in record.tasks:
            hint = f"tasks there: {', '.join(record.tasks)}"
            raise InputError(
                "no such task in this run", code="unknown", file=folder, field="--tasks", found=name, hint=hint
            )
        path = folder / record.tasks[name].samples
        samples[name] = read_samples(folder, record.tasks[name])
        if hashlib.sha256(read_lines(path)).hexdigest() != record.tasks[name].samples_sha256:
            hint = f"`vaemo-eval rescore {folder}` shows what differs"
            raise InputError("changed since the run", code="changed", file=path, hint=hint)
        if lacking := record.tasks[name].answers.missing:
            what = f"{lacking} answers are missing"
            raise InputError(what, code="incomplete", file=folder, field=name, hint="repeat the run to get them")
    return Run(folder, record, samples)


def _mismatches(one: Run, other: Run) -> Iterator[tuple[str, str]]:
    """Yield each field in which two runs must agree and do not, with what differs."""
    if apart := sorted(set(one.samples) ^ set(other.samples)):
        yield "tasks", f"only one run has {', '.join(apart)} (choose with --tasks)"
    for name in [name for name in one.samples if name in other.samples]:
        mine, theirs = (_identity(run.record.tasks[name]) for run in (one, other))
        differing = [what for what in mine if mine[what] != theirs[what]]
        for what in differing:
            if what != _HASH:
                yield f"{name}.{what}", f"{theirs[what]} instead of {mine[what]}"
            elif set(differing).isdisjoint(_HASHED):  # else the field named already explains it
                alike = one.samples[name][0].prompt == other.samples[name][0].prompt
                parts = f"{'' if alike else 'prompt, '}answer form or generation arguments"
                yield f"{name}.{what}", f"other {parts} in the YAML ({theirs[what]} instead of {mine[what]})"
        ids = [{sample.item.item_id for sample in run.samples[name]} for run in (one, other)]
        if ids[0] != ids[1]:
            both = len(ids[0] & ids[1])
            yield f"{name}.items", f"{len(ids[1])} items instead of {len(ids[0])}, {both} in both"


def _identity(task: TaskRecord) -> dict[str, str]:
    """Return what must be the same in two runs."""
    hashed = (task.kind, task.output_type, ", ".join(task.labels), _listed(task.axes))
    return {
        "version": task.version,
        **dict(zip(_HASHED, hashed, strict=True)),
        _HASH: task.task_hash[:12],
        "features": f"{task.features.source}/{task.features.split} {task.features.sha256[:12]}",
        "calibrated_on": str(task.features.calibrated_on),
        "reference_kind": str(task.reference_kind),
        "embedder": task.embedder.weights_sha256[:12] if task.embedder else "none",
        "reader": str(task.embedder.reader_sha256)[:12] if task.embedder else "none",
    }


def _settings(task: str, first: Run, second: Run) -> Iterator[str]:
    """Yield each setting that is not part of a task and in which two runs differ."""
    one, other = (
        {
            "--gen_kwargs": _listed(run.record.gen_kwargs),
            "--num_fewshot": str(run.record.tasks[task].num_fewshot),
            "--system_instruction": repr(run.record.system_instruction) if run.record.system_instruction else "none",
            "--apply_chat_template": str(run.record.apply_chat_template),
        }
        for run in (first, second)
    )
    for flag in one:
        if one[flag] != other[flag]:
            yield f"{flag} {one[flag]} against {other[flag]}"


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(values.items())) or "none"


def _in_order(run: Run) -> Run:
    """Put each task's samples in the order of item ids, in which the leaderboard takes them too."""
    ordered = {name: sorted(samples, key=lambda one: one.item.item_id) for name, samples in run.samples.items()}
    return replace(run, samples=ordered)


def _pair(task: str, first: Run, second: Run, items: int) -> Comparison:
    record = first.record.tasks[task]
    kind = get(record.kind)
    clusters = cluster_index([sample.item for sample in first.samples[task]])
    if clusters.max() == 0:
        what = "all items form one cluster, so nothing can be inferred"
        raise InputError(what, code="unsupported", file=first.folder, field=task)
    one, other = (repeated(kind, record.labels, run.samples[task], record.centroids) for run in (first, second))
    compared = [
        metric
        for metric in kind.metrics
        if metric.higher_is_better is not None and not (metric.per_label and record.lost_labels)
    ]
    rows = [difference(metric, one, other, clusters) for metric in compared]
    return Comparison(
        task=task,
        main_score=record.main_score,
        first=first,
        second=second,
        clusters=int(clusters.max()) + 1,
        rows=tuple(row for row in rows if row),
        not_compared=_not_compared(record, second.record.tasks[task]),
        settings=tuple(_settings(task, first, second)),
        items=_furthest(record, first.samples[task], second.samples[task], items),
    )


def _not_compared(first: TaskRecord, second: TaskRecord) -> dict[str, str]:
    one, other = first.metrics, second.metrics
    return {
        name: (one[name].reason if one[name].value is None else other[name].reason) or "no value"
        for name in one.keys() & other.keys()
        if one[name].higher_is_better is not None and (one[name].value is None) != (other[name].value is None)
    }


def adjust(pairs: Sequence[Comparison]) -> list[Comparison]:
    """Adjust p values by Holm's method.

    The main scores of all pairs and tasks are one family; each other metric is a family over the pairs of its task.
    """
    families: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for place, pair in enumerate(pairs):
        for at, row in enumerate(pair.rows):
            family = () if row.metric == pair.main_score else (pair.task, row.metric)
            families.setdefault(family, []).append((place, at))
    rows = [list(pair.rows) for pair in pairs]
    for members in families.values():
        adjusted = holm(np.array([rows[place][at].p for place, at in members]))
        for (place, at), p in zip(members, adjusted.tolist(), strict=True):
            rows[place][at] = replace(rows[place][at], p_holm=p)
    return [replace(pair, rows=tuple(adjusted)) for pair, adjusted in zip(pairs, rows, strict=True)]


def _furthest(task: TaskRecord, first: list[Sample], second: list[Sample], items: int) -> tuple[ItemGap, ...]:
    gaps = [
        ItemGap(one, other, fmean(_item_scores(task, one)) - fmean(_item_scores(task, other)))
        for one, other in zip(first, second, strict=True)
    ]
    apart = [gap for gap in gaps if gap.gap]
    return tuple(sorted(apart, key=lambda gap: (-abs(gap.gap), gap.first.item.item_id))[:items])


def _item_scores(task: TaskRecord, sample: Sample) -> list[float]:
    """Return one item's score of each repeat: the main score if items have it, otherwise their first; 0 for none."""
    kind, item, repeats = get(task.kind), sample.item, sample.repeats
    again = sample.repeat_scores if kind.measured else judge(kind, [item] * len(repeats), repeats, None)[1]
    pairs = zip((sample.answer, *repeats), (sample.scores, *again), strict=True)
    rows = [kind.item_scores(item, answer, scores) for answer, scores in pairs]
    name = task.main_score if task.main_score in rows[0] else next(iter(rows[0]))
    return [scores[name] or 0.0 for scores in rows]
