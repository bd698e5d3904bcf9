"""Compute every number of a run again from its samples and features, and report each that differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.kinds import Kind, get
from harness.kinds.measures import Instruments, instruments
from harness.kinds.recorded import read_run
from harness.record import RunRecord, Sample, Score, TaskRecord
from harness.record.folder import read_samples
from harness.scoring.anchors import Anchors, anchors_of
from harness.scoring.readers import by_reader, moved, rank
from harness.scoring.samples import judge
from harness.scoring.score import TaskScores, score
from harness.tasks.catalogue import TASKS, find
from harness.tasks.yamlfile import read_or_raise

TOLERANCE = 1e-9
EMBEDDING_TOLERANCE = 1e-4
"""Embeddings differ in the last digits between processors. A changed answer moves a cosine by far more."""
_FIELDS = ("clusters", "answers", "per_class", "confusion", "bias", "reliability", "centroids")
_ANCHORED = ("baselines", "ceilings", "normalized_score")
"""Parts of a score that rest on texts of baselines and ceilings, which are embedded again."""


def rescore(folder: Path, features: str | None = None, given_embedder: str | None = None) -> list[str]:
    """Compare a run's record with what its samples and its features give.

    Args:
        folder: a run folder.
        features: as `--features`; None to look in the cache, then where the recorded features are known to be.
        given_embedder: as `--embedder`; None for the default.

    Returns:
        One line for each number that differs; empty where all agree.

    Raises:
        InputError: the record or a sample is missing or breaks its schema, or the features are not the recorded ones.
    """
    run = read_run(folder)
    return [
        line
        for name, task in run.tasks.items()
        for line in differences(run, name, read_samples(folder, task), features, given_embedder)
    ]


def reread(folder: Path, given_embedder: str | None = None) -> Iterator[str]:
    """Yield a line for each task of generated answers and each reader.

    Args:
        folder: a run folder.
        given_embedder: as `--embedder`; None for the default.

    Raises:
        InputError: the record or a sample is missing or breaks its schema.
    """
    run = read_run(folder)
    for name, task in run.tasks.items():
        if task.output_type == "multiple_choice":
            continue
        kind, score = get(task.kind), task.metrics[task.main_score]
        by = instruments(given_embedder) if kind.measured else None
        samples = read_samples(folder, task)
        found = by_reader(kind, task.labels, samples, main_score=task.main_score, by=by, centroids=task.centroids)
        far = moved(score, found)
        for reader, value in found.items():
            place, of = rank(score, value)
            change = f", {value - found['default']:+.3f}" if reader != "default" and "default" in found else ""
            said = " (more than half the interval)" if reader in far else ""
            yield f"{name}: {reader} reader: {task.main_score} {value:.3f}{change}{said}, rank {place} of {of}"


def _again(run: RunRecord, task: TaskRecord, samples: Sequence[Sample], others: Anchors) -> TaskScores:
    kind, lost = get(task.kind), task.lost_labels
    return score(kind, task.labels, samples, others=others, allow_missing=run.allow_missing, lost=lost)


def differences(
    run: RunRecord, name: str, samples: Sequence[Sample], features: str | None = None, given_embedder: str | None = None
) -> Iterator[str]:
    """Yield one line for each number of one task that differs; arguments and errors as `rescore`."""
    task, kind = run.tasks[name], get(run.tasks[name].kind)
    by = instruments(given_embedder) if kind.measured else None
    if by and task.embedder:
        yield from _differences(f"{name}: embedder", task.embedder.model_dump(), by.record.model_dump(), 0.0)
    yield from _version(name, task)
    yield from _items(name, kind, samples, by)
    if len(samples) != task.items:
        yield f"{name}: items: recorded {task.items}, in the samples {len(samples)}"
    ids = [sample.item.item_id for sample in samples]
    if len(set(ids)) != len(ids):
        yield f"{name}: items: {len(ids) - len(set(ids))} are in the samples twice"
    others = anchors_of(task, samples, features, by)
    again = _again(run, task, samples, others)
    for field in _FIELDS:
        recorded, computed = _plain(getattr(task, field)), _plain(getattr(again, field))
        yield from _differences(f"{name}: {field}", recorded, computed, TOLERANCE)
    for part in Score.model_fields:
        tolerance = EMBEDDING_TOLERANCE if by and part in _ANCHORED else TOLERANCE
        recorded, computed = (
            {metric: _plain(getattr(one, part)) for metric, one in scores.items()}
            for scores in (task.metrics, again.metrics)
        )
        yield from _differences(f"{name}: metrics: {part}", recorded, computed, tolerance)


def _version(name: str, task: TaskRecord) -> Iterator[str]:
    """Report that the task ships in another version by now, with both main scores."""
    if shipped := find().get(name):
        now = read_or_raise(shipped.path, [TASKS]).values["metadata"]
        if str(now["version"]) != task.version:
            recorded = f"recorded {task.version} with main score {task.main_score}"
            yield f"{name}: task version: {recorded}, now {now['version']} with {now['main_score']}"


def _items(name: str, kind: Kind, samples: Sequence[Sample], by: Instruments | None) -> Iterator[str]:
    items = [sample.item for sample in samples]
    tolerance = EMBEDDING_TOLERANCE if kind.measured else TOLERANCE
    prompts = [sample.prompt for sample in samples]
    parsed, scores = judge(kind, items, [sample.answer for sample in samples], by, prompts=prompts)
    for sample, one, row in zip(samples, parsed, scores, strict=True):
        where = f"{name}: item {sample.item.item_id}"
        yield from _differences(f"{where}: parsed", sample.parsed.model_dump(), one.model_dump(), 0.0)
        yield from _differences(f"{where}: scores", sample.scores, dict(row), tolerance)
    for index in range(len(samples[0].repeat_scores)):
        repeat = [sample.repeats[index] for sample in samples]
        for sample, row in zip(samples, judge(kind, items, repeat, by, prompts=prompts)[1], strict=True):
            where = f"{name}: item {sample.item.item_id}: repeat {index + 2}"
            yield from _differences(where, sample.repeat_scores[index], dict(row), tolerance)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return _plain(value.model_dump()) if hasattr(value, "model_dump") else value


def _differences(where: str, recorded: Any, again: Any, tolerance: float) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(again, dict):
        for key in recorded | again:
            yield from _differences(f"{where}: {key}", recorded.get(key), again.get(key), tolerance)
    elif isinstance(recorded, list) and isinstance(again, list) and len(recorded) == len(again):
        for place, pair in enumerate(zip(recorded, again, strict=True)):
            yield from _differences(f"{where}: {place}", *pair, tolerance)
    elif isinstance(recorded, float) and isinstance(again, float | int):
        if not math.isclose(recorded, again, rel_tol=0.0, abs_tol=tolerance):
            yield f"{where}: recorded {recorded!r}, computed again {again!r}"
    elif recorded != again:
        yield f"{where}: recorded {recorded!r}, computed again {again!r}"
