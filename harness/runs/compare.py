"""Comparing finished runs: proving that they answered the same questions, then every metric of every pair."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import fmean

import numpy as np
from scipy.stats import rankdata

from harness.metrics import metrics_of
from harness.record import RunRecord, Sample, TaskRecord
from harness.record.folder import read_run, read_samples
from harness.record.kinds import MEASURED, Kind
from harness.scoring.difference import Difference, difference
from harness.scoring.samples import judge
from harness.scoring.score import repeated
from harness.stats.clusters import cluster_index
from va_extractor.common.errors import InputError

_HASHED = ("kind", "output type", "labels", "axes of the prompt")
_HASH = "task hash"


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its record, and its samples by task, in one order of items."""

    folder: Path
    record: RunRecord
    samples: dict[str, list[Sample]]


@dataclass(frozen=True)
class Adjusted:
    """A difference with its p value adjusted by Holm's method for the family it belongs to."""

    difference: Difference
    holm: float


@dataclass(frozen=True)
class ItemGap:
    """One item on which two models differ.

    Attributes:
        first: the first model's sample.
        second: the second model's.
        gap: the first model's item score minus the second's.
    """

    first: Sample
    second: Sample
    gap: float


@dataclass(frozen=True)
class Comparison:
    """Two runs on one task.

    Attributes:
        task: its name.
        headline: the metric that stands for it.
        first: the first run.
        second: the second run.
        clusters: independent groups of items.
        rows: every metric that both have, in the order of declaration.
        lacking: of each metric that one of them alone has, why the other has no value.
        asked: in which settings of a run they were asked differently, the first's beside the second's.
        items: those on which the models differ most.
    """

    task: str
    headline: str
    first: Run
    second: Run
    clusters: int
    rows: tuple[Adjusted, ...]
    lacking: dict[str, str]
    asked: tuple[str, ...]
    items: tuple[ItemGap, ...]


def compare(folders: Sequence[Path], tasks: Sequence[str], level: float, items: int) -> list[Comparison]:
    """Compare every pair of runs on every task.

    P values are adjusted by Holm's method: the headline metrics over all pairs and tasks together, each further metric
    over the pairs within its task.

    Args:
        folders: two run folders or more.
        tasks: the tasks to compare; all of them where empty.
        level: of the intervals.
        items: how many items to name for each pair.

    Raises:
        InputError: a folder is no run, its samples were changed, or the runs did not answer the same questions.
    """
    runs = [load_run(folder, tasks) for folder in folders]
    for run in runs[1:]:
        differing = list(_mismatches(runs[0], run))
        if differing:
            raise InputError(f"{run.folder} cannot be compared with {runs[0].folder}: {'; '.join(differing)}")
    aligned = [_aligned(run, runs[0]) for run in runs]
    pairs = [
        _pair(task, first, second, level, items)
        for task in runs[0].samples
        for first, second in combinations(aligned, 2)
    ]
    return _holm(pairs)


def load_run(folder: Path, tasks: Sequence[str]) -> Run:
    """Read a finished run with the samples of `tasks`, or of all its tasks where that is empty.

    Raises:
        InputError: the folder is no run, lacks a task, or its samples were changed.
    """
    record = read_run(folder)
    absent = [name for name in tasks if name not in record.tasks]
    if absent:
        raise InputError(f"--tasks {absent[0]}: {folder} has no such task; it has {', '.join(record.tasks)}")
    samples = {}
    for name in tasks or record.tasks:
        path = folder / record.tasks[name].samples
        samples[name] = read_samples(path)
        if hashlib.sha256(path.read_bytes()).hexdigest() != record.tasks[name].samples_sha256:
            raise InputError(f"{path}: changed since the run; `vaemo-eval rescore {folder}` says what differs")
        lacking = record.tasks[name].answers.missing
        if lacking:
            raise InputError(f"{folder}: task {name} lacks {lacking} answers; ask for them, then compare")
    return Run(folder, record, samples)


def _mismatches(one: Run, other: Run) -> Iterator[str]:
    if set(one.samples) != set(other.samples):
        apart = ", ".join(sorted(set(one.samples) ^ set(other.samples)))
        yield f"tasks {apart} are in one run only (--tasks names those to compare)"
    for name in one.samples.keys() & other.samples.keys():
        mine, theirs = (_identity(run.record.tasks[name]) for run in (one, other))
        differing = [what for what in mine if mine[what] != theirs[what]]
        for what in differing:
            if what != _HASH:
                yield f"task {name}: {what} {theirs[what]} against {mine[what]}"
            elif set(differing).isdisjoint(_HASHED):  # else what is named already explains it
                alike = one.samples[name][0].prompt == other.samples[name][0].prompt
                parts = (
                    "answer form or generation arguments" if alike else "prompt, answer form or generation arguments"
                )
                yield f"task {name}: {parts} of its YAML (task hash {theirs[what]} against {mine[what]})"
        ids = [{sample.item.item_id for sample in run.samples[name]} for run in (one, other)]
        if ids[0] != ids[1]:
            yield (
                f"task {name}: another subset of items ({len(ids[1])} against {len(ids[0])}, "
                f"{len(ids[0] & ids[1])} in both)"
            )


def _identity(task: TaskRecord) -> dict[str, str]:
    """Return what must be the same in two runs, by its name for people."""
    return {
        "version": task.version,
        **dict(zip(_HASHED, (task.kind, task.output_type, ", ".join(task.labels), _listed(task.axes)), strict=True)),
        _HASH: task.task_hash[:12],
        "features": f"{task.features.source}/{task.features.split} {task.features.sha256[:12]}",
        "reference kind": str(task.reference_kind),
        "embedder": task.embedder.weights_sha256[:12] if task.embedder else "none",
        "reader of valence and arousal": str(task.embedder.reader_sha256)[:12] if task.embedder else "none",
    }


def _asked_differently(task: str, first: Run, second: Run) -> Iterator[str]:
    """Yield each setting of a run, of those that are no part of a task, in which two runs differ."""
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


def _aligned(run: Run, leader: Run) -> Run:
    """Put each task's samples in the order of the leader's."""
    by_id = {name: {sample.item.item_id: sample for sample in samples} for name, samples in run.samples.items()}
    ordered = {
        name: [by_id[name][sample.item.item_id] for sample in samples] for name, samples in leader.samples.items()
    }
    return replace(run, samples=ordered)


def _pair(task: str, first: Run, second: Run, level: float, items: int) -> Comparison:
    record = first.record.tasks[task]
    kind = Kind(record.kind)
    clusters = cluster_index([sample.item for sample in first.samples[task]])
    if clusters.max() == 0:
        raise InputError(f"{first.folder}: task {task}: all items form one cluster, from which nothing can be inferred")
    one, other = (repeated(kind, record.labels, run.samples[task]) for run in (first, second))
    rows = [
        difference(metric, one, other, clusters, level=level)
        for metric in metrics_of(kind)
        if metric.higher_is_better is not None
    ]
    return Comparison(
        task=task,
        headline=record.headline,
        first=first,
        second=second,
        clusters=int(clusters.max()) + 1,
        rows=tuple(Adjusted(row, row.p) for row in rows if row),
        lacking=_lacking(record, second.record.tasks[task]),
        asked=tuple(_asked_differently(task, first, second)),
        items=_furthest(record, first.samples[task], second.samples[task], items),
    )


def _lacking(first: TaskRecord, second: TaskRecord) -> dict[str, str]:
    """Return, for each metric to be compared that one record alone has a value of, the other's reason for none."""
    one, other = first.metrics, second.metrics
    return {
        name: (one[name].reason if one[name].value is None else other[name].reason) or "no value"
        for name in one.keys() & other.keys()
        if one[name].higher_is_better is not None and (one[name].value is None) != (other[name].value is None)
    }


def _holm(pairs: list[Comparison]) -> list[Comparison]:
    from statsmodels.stats.multitest import multipletests

    families: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for place, pair in enumerate(pairs):
        for row, adjusted in enumerate(pair.rows):
            name = adjusted.difference.metric
            family = ("headline",) if name == pair.headline else (pair.task, name)
            families.setdefault(family, []).append((place, row))
    rows = [list(pair.rows) for pair in pairs]
    for members in families.values():
        _, adjusted, *_ = multipletests([rows[place][row].difference.p for place, row in members], method="holm")
        for (place, row), p in zip(members, adjusted, strict=True):
            rows[place][row] = replace(rows[place][row], holm=float(p))
    return [replace(pair, rows=tuple(adjusted)) for pair, adjusted in zip(pairs, rows, strict=True)]


def _furthest(task: TaskRecord, first: list[Sample], second: list[Sample], items: int) -> tuple[ItemGap, ...]:
    gaps = [
        ItemGap(one, other, fmean(_item_scores(task, one)) - fmean(_item_scores(task, other)))
        for one, other in zip(first, second, strict=True)
    ]
    apart = [gap for gap in gaps if gap.gap]
    return tuple(sorted(apart, key=lambda gap: (-abs(gap.gap), gap.first.item.item_id))[:items])


def _item_scores(task: TaskRecord, sample: Sample) -> list[float]:
    """Return one item's score of each repeat: its headline if samples hold it, else its own score.

    Of a ranking, the AUC over its labels.
    """
    kind = Kind(task.kind)
    if sample.answer.loglikelihoods is not None and kind is Kind.RANKING:
        return [_own_auc(sample.answer.loglikelihoods, [label in sample.item.labels for label in sample.item.choices])]
    repeats = sample.repeats
    again = sample.repeat_scores if kind in MEASURED else judge(kind, [sample.item] * len(repeats), repeats, None)[1]
    name = task.headline if task.headline in sample.scores else next(iter(sample.scores))
    return [scores[name] or 0.0 for scores in (sample.scores, *again)]


def _own_auc(scores: Sequence[float], true: Sequence[bool]) -> float:
    """Return how often a true label outranks a false one, from the rank sum; 0 where all or none are true."""
    ranks = rankdata(scores)
    held = sum(true)
    above = float(ranks[np.array(true)].sum()) - held * (held + 1) / 2
    return above / (held * (len(true) - held)) if 0 < held < len(true) else 0.0
