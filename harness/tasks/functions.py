"""The functions that a task YAML names: `KIND_dataset`, `KIND_indexed`, `KIND_score` and `KIND_metrics`.

`KIND_indexed` is the dataset of the log-likelihood form. There is no function for each kind in the file: `__getattr__`
makes one by its name, for every kind of `harness.kinds`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from harness import kinds
from harness.kinds import Answered, Kind
from harness.kinds.base import LOGLIKELIHOOD, TEXT
from harness.kinds.measures import PARTS, instruments
from harness.kinds.reading import read, to_answer
from harness.metrics import Metric
from harness.record import Answer
from harness.tasks.centroids import centroids
from harness.tasks.documents import EVALUATED, FITTED, Document, Documents, Question, documents
from harness.tasks.features import reference
from harness.tasks.prompts.axes import Axes
from va_extractor.common.errors import InputError

Result = str | tuple[float, bool] | Answer | None


def __getattr__(name: str) -> Any:
    """Return the function of a kind by its name."""
    found = parse(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no function {name!r}")
    return _function(*found)


def parse(name: str) -> tuple[str, str] | None:
    """Split a function's name into kind and role (`dataset`, `indexed`, `score`, `metrics`); None for other names."""
    kind, _, role = name.rpartition("_")
    if kind not in kinds.names() or role not in roles(kinds.get(kind)):
        return None
    return kind, role


def roles(kind: Kind) -> tuple[str, ...]:
    """Return the roles of a kind's functions; `indexed` where both output types fit."""
    indexed = ("indexed",) if {TEXT, LOGLIKELIHOOD} <= set(kind.output_types) else ()
    return ("dataset", *indexed, "score", "metrics")


@cache
def _function(kind_name: str, role: str) -> Any:
    kind = kinds.get(kind_name)
    if role == "score":
        return partial(score, kind)
    return metric_list(kind) if role == "metrics" else Dataset(kind, by_index=role == "indexed")


class Dataset:
    """lm-eval's `custom_dataset` of a kind: called with the task's `metadata`, it returns documents by split."""

    def __init__(self, kind: Kind, *, by_index: bool = False) -> None:
        self.kind = kind
        self.by_index = by_index

    def question(self, metadata: dict[str, Any]) -> Question:
        """Read what decides the items from a task's `metadata`, which `harness.tasks.checks` has checked."""
        folder = Path(metadata.get("config_source", "")).parent
        return Question(
            kind=self.kind,
            features=reference(metadata.get("features")),
            source=metadata["source"],
            labels=tuple(metadata.get("labels", ())),
            options=folder / metadata["options"] if self.kind.offers == "options" else None,
            by_index=self.by_index,
            axes=Axes.model_validate(metadata.get("axes") or {}),
            derive=metadata.get("derive"),
        )

    def __call__(self, **metadata: Any) -> dict[str, Documents]:
        """Return the documents to fit and to evaluate on.

        Raises:
            InputError: the features lack the source or its test split, or break the schema.
        """
        question = self.question(metadata)
        found = {name: documents(question, name) for name in (FITTED, EVALUATED)}
        if not found[EVALUATED]:
            what = f"source '{question.source}' has nothing to ask in split '{EVALUATED}'"
            raise InputError(what, code="missing", field="--features", found=question.features)
        return found


def score(kind: Kind, doc: Document, results: Sequence[Result]) -> dict[str, Answered]:
    """Parse the answer to one document; as lm-eval's `process_results`, under the name of every metric.

    Args:
        kind: the kind of question.
        doc: the document asked.
        results: the generated text, or (log-likelihood, greedy) of each choice.
    """
    item, answer = doc["item"], to_answer(results)
    one = Answered(item, answer, read(kind, item, answer), {}, centroids=centroids(doc["question"]))
    return {metric.name: one for metric in kind.metrics}


def aggregate(kind: Kind, metric: Metric, answered: Sequence[Answered]) -> float:
    """Return a metric's point estimate over all answered items; NaN where they allow none."""
    if kind.measured:
        answered = _measured(kind, tuple(answered))
    labels = answered[0].item.choices if kind.offers == "labels" else ()
    return metric.value(kind.outcome(labels, answered), len(answered))


@lru_cache(maxsize=1)
def _measured(kind: Kind, answered: tuple[Answered, ...]) -> list[Answered]:
    """Score texts by instruments, once for all metrics of a task."""
    items, texts = [one.item for one in answered], [one.parsed.text for one in answered]
    scores = kind.measure(items, texts, instruments(), PARTS)
    return [dataclasses.replace(one, scores=row) for one, row in zip(answered, scores, strict=True)]


def metric_list(kind: Kind) -> list[dict[str, str | bool | Callable[..., float]]]:
    """Return lm-eval's `metric_list` of a kind."""
    return [
        {
            "metric": metric.name,
            "aggregation": partial(aggregate, kind, metric),
            "higher_is_better": metric.higher_is_better is not False,
        }
        for metric in kind.metrics
    ]
