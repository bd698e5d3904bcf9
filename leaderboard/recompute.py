"""Check an entry against the task, the features and its own samples; no number in it is trusted.

Every number is computed again by the code that computes it in a run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from harness.record import Answer, Sample
from leaderboard.entry import Entry
from va_extractor.common.errors import Code, InputError, Problem
from va_extractor.common.plain_text import one_line

if TYPE_CHECKING:
    from harness.runs.render import Rendered

MAX_PROBLEMS = 20
_RENDERED: dict[str, Rendered] = {}


def recompute(entry: Entry, features: Sequence[str], embedder: str | None = None) -> list[Problem]:
    """Return what is wrong with an entry.

    Args:
        entry: read within bounds.
        features: where features may come from, each as `--features`.
        embedder: as `--embedder`; None for the default.

    Returns:
        At most `MAX_PROBLEMS` problems and a line for the rest; empty if the entry is valid.
    """
    try:
        found = list(islice(_wrong(entry, features, embedder), MAX_PROBLEMS + 1))
    except InputError as error:
        found = [error.problem]
    except Exception as error:  # data of a stranger must not stop the checker
        found = [_problem(f"cannot be computed again: {type(error).__name__}: {one_line(str(error))}", "conflict")]
    return found if len(found) <= MAX_PROBLEMS else [*found[:MAX_PROBLEMS], _problem("and more", "limit")]


def _problem(what: str, code: Code, field: str | None = None, found: object = None) -> Problem:
    return Problem(what, code=code, field=field, found=None if found is None else _short(found))


def _wrong(entry: Entry, features: Sequence[str], embedder: str | None) -> Iterator[Problem]:
    if entry.task.features.synthetic:
        yield _problem("synthetic features say nothing about a model", "unsupported", "features.synthetic")
        return
    if entry.task.features.calibrated_on:
        yield _problem("values were mapped; run without --calibrate", "unsupported", "features.calibrated_on")
        return
    if entry.record.synthetic:
        yield _problem("true, but the features of its only task are not synthetic", "conflict", "synthetic")
    if entry.record.limit is not None:
        yield _problem("only part of the items was used", "incomplete", "limit", entry.record.limit)
        return
    absent = sum(answer.missing is not None for one in entry.samples for answer in (one.answer, *one.repeats))
    if absent:
        yield _problem(f"{absent} answers are missing; repeat the run to get them", "incomplete", "answers.missing")
        return
    given, due = _due(entry, features)
    problems = [*_identity(entry, due), *_items(entry, due)]
    if not problems:
        problems = list(_prompts(entry, given, due))
    yield from problems
    if not problems:
        from harness.runs.rescore import differences

        for line in differences(entry.record, entry.task_name, entry.samples, given, embedder):
            yield Problem(one_line(line), code="changed")


def _due(entry: Entry, features: Sequence[str]) -> tuple[str, Rendered]:
    """Find the features of the entry among those given, and render its task on them."""
    from harness.tasks.catalogue import find

    info = find().get(entry.task_name)
    if info is None or info.members:
        raise InputError("no such task here", code="unknown", field="tasks", found=entry.task_name)
    stated, reasons = entry.task.features, []
    for given in features:
        try:
            due = _render(entry, given)
        except InputError as error:
            reasons.append(str(error))
            continue
        if due.features.sha256 == stated.sha256:
            return given, due
    what = f"unknown features{f' ({reasons[0]})' if reasons else ''}"
    found = f"{stated.id}@{stated.revision}, source {stated.source}, SHA-256 {stated.sha256[:12]}"
    raise InputError(what, code="unknown", field="features", found=found, hint="give them with --features")


def _render(entry: Entry, features: str) -> Rendered:
    """Render an entry's task; entries with the same setting share one rendering."""
    from harness.runs.render import render

    deciding = {"apply_chat_template", "system_instruction", "gen_kwargs", "seeds"}
    settings = entry.record.model_dump(mode="json", include=deciding)
    key = json.dumps([features, entry.task_name, entry.task.num_fewshot, settings], sort_keys=True)
    if key not in _RENDERED:
        _RENDERED[key] = render(entry.record, entry.task_name, features)
    return _RENDERED[key]


def _identity(entry: Entry, due: Rendered) -> Iterator[Problem]:
    task, stated = entry.task, entry.task.features
    pairs = {field: (getattr(task, field), value) for field, value in due.identity.items()}
    for field in ("source", "split", "va_source", "synthetic", "fitted_on", "fitted_sha256"):
        pairs[f"features.{field}"] = (getattr(stated, field), getattr(due.features, field))
    if due.features.revision is not None:
        pairs["features.id"] = (stated.id, due.features.id)
        pairs["features.revision"] = (stated.revision, due.features.revision)
    for field, (found, value) in pairs.items():
        if found != value:
            yield _problem(f"must be {_short(value)}", "changed", field, found)


def _items(entry: Entry, due: Rendered) -> Iterator[Problem]:
    times = Counter(sample.item.item_id for sample in entry.samples)
    for name, count in times.items():
        if count > 1:
            yield _problem(f"item appears {count} times", "duplicate", "item.item_id", name)
        if name not in due.requests:
            yield _problem("item is not in the features", "unknown", "item.item_id", name)
    missing = due.requests.keys() - times.keys()
    if missing:
        what = f"{len(missing)} of {len(due.requests)} items are missing, for example {min(missing)}"
        yield _problem(what, "incomplete", "item.item_id")
    for sample in entry.samples:
        known = due.requests.get(sample.item.item_id)
        if known and known.doc["item"] != sample.item:
            yield _wrong_sample(sample, "differs from the features", f"item.{_differing(sample, known.doc['item'])}")
        if known and not _fits(sample.answer, due.by_likelihood, len(sample.item.choices)):
            yield _wrong_sample(sample, "not in the form that the task expects", "answer")


def _wrong_sample(sample: Sample, what: str, field: str) -> Problem:
    return _problem(f"item {one_line(sample.item.item_id, 40)}: {what}", "changed", field)


def _prompts(entry: Entry, given: str, due: Rendered) -> Iterator[Problem]:
    from harness.runs.render import frame, render

    if entry.record.apply_chat_template:
        requests = due.requests
        frames = {one.item.item_id: frame(one.prompt, requests[one.item.item_id].prompt) for one in entry.samples}
        absent = [sample for sample in entry.samples if frames[sample.item.item_id] is None]
        if absent:
            yield _wrong_sample(absent[0], "does not contain the task's text", "prompt")
            return
        if len(set(frames.values())) > 1:
            yield _problem(
                "the chat template puts different text around the prompts of different items", "changed", "prompt"
            )
            return
        texts = {requests[one.item.item_id].prompt: one.prompt for one in entry.samples}
        due = render(entry.record, entry.task_name, given, texts)
    for sample in entry.samples:
        request = due.requests[sample.item.item_id]
        if sample.prompt != request.prompt:
            yield _wrong_sample(sample, "not the prompt that the task renders", "prompt")
        elif sample.request_hash != request.request_hash:
            yield _wrong_sample(sample, "not the hash of the task's request", "request_hash")


def _fits(answer: Answer, by_likelihood: bool, choices: int) -> bool:
    if by_likelihood:
        return answer.text is None and answer.loglikelihoods is not None and len(answer.loglikelihoods) == choices
    return answer.loglikelihoods is None and answer.text is not None


def _differing(sample: Sample, known: object) -> str:
    return ", ".join(field for field, value in sample.item if value != getattr(known, field))


def _short(value: object) -> str:
    return one_line(value if isinstance(value, str) else json.dumps(value, default=str), 60)
