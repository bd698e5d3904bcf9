"""From a task's documents to the same documents with prompts, and the axes that a task does not take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from harness.record.kinds import FREE, Kind
from harness.tasks.prompts.axes import Asks, Axes, Dimension
from harness.tasks.prompts.content_free import Nothing
from harness.tasks.prompts.examples import Points, choose
from harness.tasks.prompts.text import Example, Given, writer
from harness.text.languages import definitions, label_names
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from harness.tasks.documents import Doc, Question

_SHOWN = (Kind.SINGLE_LABEL, Kind.CHOICE, Kind.MULTI_LABEL, Kind.RANKING, Kind.DESCRIPTION)
_PROBE: dict[Dimension, float | Nothing] = {"valence": 0.6328125, "arousal": -0.3671875, "dominance": 0.1171875}


def read_axes(metadata: Mapping[str, Any]) -> tuple[Asks | None, Axes]:
    """Read what a task asks and how, out of its `metadata` and `dataset_kwargs`.

    Raises:
        InputError: either breaks its model, or axes stand in a task whose prompt is written out.
    """
    where, asks, axes = metadata.get("config_source", "task"), metadata.get("asks"), metadata.get("axes")
    if axes and not asks:
        raise InputError(
            f"{where}: metadata.axes: the task takes none, since its prompt is written out in doc_to_text; "
            "docs/axes.md tells how a task takes axes"
        )
    try:
        return (Asks.model_validate(asks) if asks else None), Axes.model_validate(axes or {})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["dataset_kwargs.asks" if error.title == "Asks" else "metadata.axes", *map(str, first["loc"])])
        raise InputError(f"{where}: {key}: {first['msg']}") from None


def prompted(question: Question, docs: Sequence[Doc], train: Sequence[Doc] | None) -> Iterator[Doc]:
    """Yield documents with their prompts.

    Args:
        question: what is asked, and how.
        docs: n documents without prompts.
        train: what examples are taken from; None where none are to be shown, as in examples themselves.

    Raises:
        InputError: the task does not take its axes.
    """
    asks, axes = question.asks, question.axes
    if asks is None:
        raise ValueError("the task takes no axes")
    for problem in misfits(question, asks, docs, train):
        raise InputError(f"source '{question.source}': {problem}")
    write = writer(asks, axes)
    pool = [_example(doc, axes) for doc in train] if train and axes.fewshot != "none" else []
    shown = _chosen(docs, train, axes) if train is not None and pool else [[] for _ in docs]
    for doc, places in zip(docs, shown, strict=True):
        prompt = write(_given(doc), [pool[place] for place in places])
        yield {**doc, "prompt": prompt, "language": axes.language, "steps": axes.reasoning == "step_by_step"}


def misfits(question: Question, asks: Asks, docs: Sequence[Doc], train: Sequence[Doc] | None) -> Iterator[str]:
    """Yield what the task cannot do, by axis."""
    axes = question.axes
    if axes.dimensions == "VAD" and asks.dominance is None:
        yield "metadata.axes.dimensions: the task does not say what dominance is (dataset_kwargs.asks.dominance)"
    if axes.dimensions == "VAD" and any(doc["dominance"] is None for doc in docs):
        yield "metadata.axes.dimensions: the source has no dominance; take VA"
    if axes.fewshot != "none" and train is not None and not train:
        yield "metadata.axes.fewshot: the source has no train split to show"
    if axes.definitions:
        missing = {label for doc in docs for label in doc["choices"] if label.casefold() not in definitions()}
        if missing:
            yield f"metadata.axes.definitions: the label {min(missing)!r} has no definition"
    if axes.language != "en" and {"definitions", "emphasis"} & axes.changed.keys():
        yield "metadata.axes.language: definitions and emphasis are written in English only; take language en"
    yield from _of_form(question, asks)


def _of_form(question: Question, asks: Asks) -> Iterator[str]:
    """Yield what the form of the answer leaves no room for."""
    axes, scored = question.axes, question.by_index or question.kind is Kind.RANKING
    if question.kind in FREE:
        for name in sorted({"label_order", "definitions"} & axes.changed.keys()):
            yield f"metadata.axes.{name}: the task offers no labels"
    if axes.fewshot != "none" and question.kind not in _SHOWN:
        yield f"metadata.axes.fewshot: there are no examples of {question.kind} answers; take --num_fewshot"
    if scored and axes.language != "en":
        yield "metadata.axes.language: log-likelihoods are those of English labels; take the task that generates"
    if scored and axes.reasoning == "step_by_step":
        yield "metadata.axes.reasoning: log-likelihoods leave no room for steps; take the task that generates"
    if not scored and axes.reasoning == "step_by_step" and asks.final is None:
        yield "metadata.axes.reasoning: the task does not say what the answer is (dataset_kwargs.asks.final)"


def prompt_without_content(question: Question, doc: Doc) -> str:
    """Return the prompt of a document whose values are tokens; empty where the task takes no axes.

    Examples are those at random, since none are nearest to nothing.
    """
    from harness.tasks.documents import FITTED, split

    asks, axes = question.asks, question.axes
    if asks is None or axes.fewshot == "none":
        return alone(question, doc)
    train = split(question, FITTED).docs
    [places] = choose(
        _points(train), [one["cluster_id"] for one in train], np.zeros((1, 2)), [doc["cluster_id"]],
        shots=axes.shots, how="random",
    )  # fmt: skip
    return writer(asks, axes)(_given(doc), [_example(train[place], axes) for place in places])


def alone(question: Question, doc: Doc) -> str:
    """Return the prompt of a document without examples; empty where the task takes no axes."""
    return "" if question.asks is None else writer(question.asks, question.axes)(_given(doc))


def probe(question: Question) -> str:
    """Return the prompt of a made-up item without examples: what a task's hash takes as its prompt."""
    if question.asks is None:
        return ""
    given = Given(_PROBE, question.labels)
    return writer(question.asks, question.axes)(given)


def _chosen(docs: Sequence[Doc], train: Sequence[Doc], axes: Axes) -> list[list[int]]:
    return choose(
        _points(train),
        [doc["cluster_id"] for doc in train],
        _points(docs),
        [doc["cluster_id"] for doc in docs],
        shots=axes.shots,
        how=axes.fewshot,
    )


def _points(docs: Sequence[Doc]) -> Points:
    return np.array([(doc["valence"], doc["arousal"]) for doc in docs], dtype=np.float64).reshape(-1, 2)


def _given(doc: Doc) -> Given:
    values: dict[Dimension, float | Nothing] = {"valence": doc["valence"], "arousal": doc["arousal"]}
    if doc["dominance"] is not None:
        values["dominance"] = doc["dominance"]
    return Given(values, tuple(doc["choices"]))


def _example(doc: Doc, axes: Axes) -> Example:
    """Return a train item with its answer: a label, a JSON list of labels, or its first reference."""
    kind = Kind(doc["kind"])
    if kind is Kind.DESCRIPTION:
        return Example(_given(doc), doc["references"][0])
    labels = label_names(tuple(doc["labels"]), axes.language)
    return Example(_given(doc), json.dumps(labels, ensure_ascii=False) if kind is Kind.MULTI_LABEL else labels[0])
