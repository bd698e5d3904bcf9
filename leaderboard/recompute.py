"""Proving an entry against the task, the features and its own samples: nothing that it states is believed.

This is the one place where `leaderboard` calls `harness`, and only when an entry is checked: the numbers must come from
the very code that computes them in a run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from harness.record import Answer, RunRecord, Sample
from leaderboard.entry import Entry
from leaderboard.level import other_level
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

if TYPE_CHECKING:
    from harness.runs.render import Rendered

MAX_LINES = 20


def recompute(entry: Entry, features: Sequence[str], embedder: str | None = None) -> list[str]:
    """Compare an entry with what must be.

    Args:
        entry: read within bounds.
        features: where features may come from, each as `--features`.
        embedder: as `--embedder`; None for the default.

    Returns:
        One line for each thing that is wrong, at most `MAX_LINES`; empty where the entry holds.
    """
    try:
        found = list(islice(_wrong(entry, features, embedder), MAX_LINES + 1))
    except InputError as error:
        found = [one_line(str(error))]
    except Exception as error:  # whatever the data leads the computation into is a finding, not the checker's end
        found = [f"cannot be computed again: {type(error).__name__}: {one_line(str(error))}"]
    return found if len(found) <= MAX_LINES else [*found[:MAX_LINES], "and more"]


def _wrong(entry: Entry, features: Sequence[str], embedder: str | None) -> Iterator[str]:
    if entry.task.features.synthetic:
        yield "features are synthetic: drawn, not measured, so that a score says nothing about a model"
        return
    if entry.record.synthetic:
        yield "field 'synthetic' of the run is true, though its one task's features are not"
    if entry.record.limit is not None:
        yield f"limit {entry.record.limit:g}: only part of the items was asked"
        return
    level = other_level(entry.record, entry.task)
    if level:
        yield level
        return
    absent = sum(answer.missing is not None for one in entry.samples for answer in (one.answer, *one.repeats))
    if absent:
        yield f"{absent} answers are missing; ask for them before the run is submitted"
        return
    given, due = _due(entry, features)
    problems = [*_identity(entry, due), *_items(entry, due)]
    if not problems:
        problems = list(_prompts(entry, given, due))
    yield from problems
    if not problems:
        from harness.runs.rescore import differences

        yield from map(one_line, differences(entry.record, entry.task_name, entry.samples, given, embedder))


def _due(entry: Entry, features: Sequence[str]) -> tuple[str, Rendered]:
    """Find the given features that the entry was made on, and render its task on them."""
    from harness.tasks.catalogue import find

    info = find().get(entry.task_name)
    if info is None or info.members:
        raise InputError(f"task {entry.task_name}: no such task here")
    stated, reasons = entry.task.features, []
    for given in features:
        try:
            due = _render(_key(entry), given)
        except InputError as error:
            reasons.append(str(error))
            continue
        if due.features.sha256 == stated.sha256:
            return given, due
    raise InputError(
        f"features {stated.id}@{stated.revision}, source {stated.source} (SHA-256 {stated.sha256[:12]}) are not among "
        f"those known here; give them with --features{'; ' + reasons[0] if reasons else ''}"
    )


def _key(entry: Entry) -> str:
    """Return, as JSON, a record of nothing but what decides the requests, so that many entries share one rendering."""
    record = entry.record
    kept = record.model_copy(
        update={
            "created": "",
            "packages": {},
            "git": None,
            "model": record.model.model_copy(
                update={"id": "", "revision": None, "args": {}, "backend": "", "changed": ()}
            ),
            "usage": record.usage.model_copy(
                update={"requests": 0, "prompt_tokens": None, "answer_tokens": None, "wall_seconds": 0.0}
            ),
            "tasks": {
                entry.task_name: entry.task.model_copy(
                    update={"metrics": {}, "per_class": {}, "confusion": None, "samples_sha256": ""}
                )
            },
        }
    )
    return kept.model_dump_json()


@cache
def _render(key: str, features: str) -> Rendered:
    from harness.runs.render import render

    record = RunRecord.model_validate_json(key)
    return render(record, next(iter(record.tasks)), features)


def _identity(entry: Entry, due: Rendered) -> Iterator[str]:
    task, stated = entry.task, entry.task.features
    for field, value in due.identity.items():
        if getattr(task, field) != value:
            yield f"field '{field}': {_short(getattr(task, field))}, but the task here has {_short(value)}"
    for field in ("source", "split", "va_source", "synthetic", "fitted_on", "fitted_sha256"):
        mine, known = getattr(stated, field), getattr(due.features, field)
        if mine != known:
            yield f"field 'features.{field}': {_short(mine)}, not {_short(known)}"
    if due.features.revision is not None and (stated.id, stated.revision) != (due.features.id, due.features.revision):
        yield f"field 'features.revision': {_short(stated.revision)}, not {due.features.id}@{due.features.revision}"


def _items(entry: Entry, due: Rendered) -> Iterator[str]:
    times = Counter(sample.item.item_id for sample in entry.samples)
    for name, count in times.items():
        if count > 1:
            yield f"item {one_line(name, 40)} stands {count} times"
        if name not in due.requests:
            yield f"item {one_line(name, 40)} is not in the features"
    missing = due.requests.keys() - times.keys()
    if missing:
        yield f"{len(missing)} of {len(due.requests)} items are missing, for example {min(missing)}"
    for sample in entry.samples:
        known = due.requests.get(sample.item.item_id)
        if known and known.item != sample.item:
            yield f"item {sample.item.item_id}: differs from the features in {_differing(sample, known.item)}"
        if known and not _fits(sample.answer, due.by_likelihood, len(sample.item.choices)):
            yield f"item {sample.item.item_id}: the answer is not in the form that the task asks for"


def _prompts(entry: Entry, given: str, due: Rendered) -> Iterator[str]:
    from harness.runs.render import frame, render

    if entry.record.apply_chat_template:
        requests = due.requests
        frames = {one.item.item_id: frame(one.prompt, requests[one.item.item_id].prompt) for one in entry.samples}
        absent = [name for name, text in frames.items() if text is None]
        if absent:
            yield f"item {absent[0]}: the prompt does not hold the task's text"
            return
        if len(set(frames.values())) > 1:
            yield "the chat template puts different text around the prompts of different items"
            return
        texts = {requests[one.item.item_id].prompt: one.prompt for one in entry.samples}
        due = render(entry.record, entry.task_name, given, texts)
    for sample in entry.samples:
        request = due.requests[sample.item.item_id]
        if sample.prompt != request.prompt:
            yield f"item {sample.item.item_id}: the prompt is not what the task renders"
        elif sample.request_hash != request.request_hash:
            yield f"item {sample.item.item_id}: request_hash is not that of the task's request"


def _fits(answer: Answer, by_likelihood: bool, choices: int) -> bool:
    if by_likelihood:
        return answer.text is None and answer.loglikelihoods is not None and len(answer.loglikelihoods) == choices
    return answer.loglikelihoods is None and answer.text is not None


def _differing(sample: Sample, known: object) -> str:
    return ", ".join(field for field, value in sample.item if value != getattr(known, field))


def _short(value: object) -> str:
    return one_line(json.dumps(value, default=str), 60)
