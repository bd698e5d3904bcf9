"""Add ready strings to a task's documents; find axes that the task cannot follow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import LOGLIKELIHOOD
from harness.tasks.prompts.axes import Axes, Dimension
from harness.tasks.prompts.content_free import ContentFreeValue
from harness.tasks.prompts.examples import Points, choose
from harness.tasks.prompts.languages import definitions
from harness.tasks.prompts.ready import Example, Ready, Values, ready, shown_values
from va_extractor.common.errors import InputError, Problem

if TYPE_CHECKING:
    from harness.tasks.documents import Document, Question

_PROBE: Values = {"valence": 0.6328125, "arousal": -0.3671875, "dominance": 0.1171875}


def prompted(question: Question, docs: Sequence[Document], train: Sequence[Document] | None) -> Iterator[Document]:
    """Yield documents with the ready strings of their prompts.

    Args:
        question: kind, source, labels and axes.
        docs: n documents without them.
        train: where examples come from; None for examples themselves, which show none.

    Raises:
        InputError: the task cannot follow its axes.
    """
    for problem in problems(question, docs, train):
        raise InputError.of(problem)
    axes = question.axes
    shots = train if train and axes.fewshot != "none" else []
    pool = [_example(doc, axes) for doc in shots]
    shown = _chosen(docs, shots, axes.shots, axes.fewshot) if shots else [[] for _ in docs]
    for doc, places in zip(docs, shown, strict=True):
        yield {**doc, **ready_strings(question, doc, [pool[place] for place in places])}


def problems(question: Question, docs: Sequence[Document], train: Sequence[Document] | None) -> Iterator[Problem]:
    """Find axes that the documents or the form of the answer cannot follow."""
    axes = question.axes
    yield from of_form(question)
    if axes.dimensions == "VAD" and any(doc["dominance"] is None for doc in docs):
        yield _problem(question, "dimensions", "the source has no dominance", "take VA")
    if axes.fewshot != "none" and train is not None and not train:
        yield _problem(question, "fewshot", "the source has no train split")
    if axes.definitions:
        missing = {label for doc in docs for label in doc["choices"] if label.casefold() not in definitions()}
        if missing:
            yield _problem(question, "definitions", f"the label {min(missing)!r} has no definition")


def of_form(question: Question) -> Iterator[Problem]:
    """Find axes that the form of the answer leaves no room for, or that exclude each other."""
    axes, scored = question.axes, question.by_index or question.kind.output_types == (LOGLIKELIHOOD,)
    if axes.fewshot != "none" and not question.kind.has_examples:
        yield _problem(question, "fewshot", f"a {question.kind.name} task has no examples", "take --num_fewshot")
    if scored and axes.language != "en":
        hint = "take the task that generates text"
        yield _problem(question, "language", "log-likelihoods are those of English labels", hint)
    if scored and axes.reasoning == "step_by_step":
        hint = "take the task that generates text"
        yield _problem(question, "reasoning", "log-likelihoods leave no room for steps", hint)
    if axes.language != "en" and {"definitions", "emphasis"} & axes.changed.keys():
        yield _problem(question, "language", "definitions and emphasis are in English only", "take language en")


def _problem(question: Question, axis: str, what: str, hint: str | None = None) -> Problem:
    return Problem(f"{what} (source '{question.source}')", "unsupported", field=f"metadata.axes.{axis}", hint=hint)


def ready_without_content(question: Question, doc: Document, train: Sequence[Document]) -> Ready:
    """Return the ready strings of a document whose values are tokens, after random examples if the axes show any."""
    axes = question.axes
    if axes.fewshot == "none":
        return ready_strings(question, doc)
    [places] = _chosen([{**doc, "valence": 0.0, "arousal": 0.0}], train, axes.shots, "random")
    return ready_strings(question, doc, [_example(train[place], axes) for place in places])


def ready_strings(question: Question, doc: Document, examples: Sequence[Example] = ()) -> Ready:
    """Return the ready strings of a document, after examples."""
    return ready(question.axes, _values(doc), doc["item"].choices, examples)


def probe(question: Question, names: frozenset[str]) -> str:
    """Return, as JSON, the ready strings that a template prints of a made-up item; part of the task's hash."""
    strings = ready(question.axes, _PROBE, question.labels)
    return json.dumps({name: value for name, value in strings.items() if name in names}, sort_keys=True)


def _chosen(docs: Sequence[Document], train: Sequence[Document], shots: int, how: str) -> list[list[int]]:
    clusters = ([doc["item"].cluster_id for doc in some] for some in (train, docs))
    return choose(_points(train), next(clusters), _points(docs), next(clusters), shots=shots, how=how)


def _points(docs: Sequence[Document]) -> Points:
    return np.array([(doc["valence"], doc["arousal"]) for doc in docs], dtype=np.float64).reshape(-1, 2)


def _values(doc: Document) -> Values:
    values: dict[Dimension, float | ContentFreeValue] = {"valence": doc["valence"], "arousal": doc["arousal"]}
    if doc["dominance"] is not None:
        values["dominance"] = doc["dominance"]
    return values


def _example(doc: Document, axes: Axes) -> Example:
    """Return a train item's values and answer."""
    return shown_values(axes, _values(doc)), doc["question"].kind.example(doc["item"], axes.language)
