"""The three things a task YAML takes from its kind: documents, scoring and metrics."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.kinds.arrays import Answered, outcome
from harness.kinds.reading import read, to_answer
from harness.metrics import Metric, metrics_of
from harness.record import Answer
from harness.record.kinds import FREE, MEASURED, Kind
from harness.tasks.documents import EVALUATED, FITTED, Doc, Docs, Question, item_of, split
from harness.tasks.features import reference
from harness.tasks.prompts.render import read_axes
from va_extractor.common.errors import InputError

Result = str | tuple[float, bool] | Answer | None


class Dataset:
    """lm-eval's `custom_dataset` of a kind: called with the task's `metadata`, it returns documents by split."""

    def __init__(self, kind: Kind, *, by_index: bool = False) -> None:
        self.kind = kind
        self.by_index = by_index

    def question(self, metadata: dict[str, Any]) -> Question:
        """Read what decides the documents from a task's `metadata`.

        Raises:
            InputError: it states axes that the task does not take.
        """
        folder = Path(metadata.get("config_source", "")).parent
        return Question(
            kind=self.kind,
            features=reference(metadata.get("features")),
            source=metadata["source"],
            labels=tuple(metadata.get("labels", ())),
            options=folder / metadata["options"] if self.kind is Kind.CHOICE else None,
            by_index=self.by_index,
            axes=read_axes(metadata),
            derive=metadata.get("derive"),
        )

    def __call__(self, **metadata: Any) -> dict[str, Docs]:
        """Return the documents to fit and to evaluate on.

        Raises:
            InputError: the features lack the source or its test split, or break the schema.
        """
        question = self.question(metadata)
        docs = {name: split(question, name).docs for name in (FITTED, EVALUATED)}
        if not docs[EVALUATED]:
            what = f"source '{question.source}' has nothing to ask in split '{EVALUATED}'"
            raise InputError(what, code="missing", field="--features", found=question.features)
        return docs


class Scorer:
    """lm-eval's `process_results` of a kind: the same answered item under the name of every metric."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def __call__(self, doc: Doc, results: Sequence[Result]) -> dict[str, Answered]:
        """Read one document's answer.

        Args:
            doc: the document asked.
            results: the generated text, or (log-likelihood, greedy) of each choice.
        """
        item = item_of(doc)
        answer = to_answer(results)
        one = Answered(item, answer, read(self.kind, item, answer), {})
        return {metric.name: one for metric in metrics_of(self.kind)}


class Aggregation:
    """lm-eval's `aggregation` of one metric: the point estimate over all answered items."""

    def __init__(self, kind: Kind, metric: Metric) -> None:
        self.kind = kind
        self.metric = metric

    def __call__(self, answered: Sequence[Answered]) -> float:
        """Return the metric's value; NaN where the items allow none."""
        if self.kind in MEASURED:
            answered = _measured(self.kind, tuple(answered))
        labels = () if self.kind is Kind.CHOICE or self.kind in FREE else answered[0].item.choices
        return self.metric.value(outcome(self.kind, labels, answered), len(answered))


@lru_cache(maxsize=1)
def _measured(kind: Kind, answered: tuple[Answered, ...]) -> list[Answered]:
    """Measure descriptions, once for all metrics of a task."""
    from harness.kinds.measures import instruments, measured

    scores = measured(kind, [one.item for one in answered], [one.parsed.text for one in answered], instruments())
    return [dataclasses.replace(one, scores=row) for one, row in zip(answered, scores, strict=True)]


def metric_list(kind: Kind) -> list[dict[str, str | bool | Callable[..., float]]]:
    """Return lm-eval's `metric_list` of a kind: every metric declared for it."""
    return [
        {
            "metric": metric.name,
            "aggregation": Aggregation(kind, metric),
            "higher_is_better": metric.higher_is_better is not False,
        }
        for metric in metrics_of(kind)
    ]
