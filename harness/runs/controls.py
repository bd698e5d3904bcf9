"""Controls: baselines with known scores, which show whether a task measures what it says.

`oracle` gives the right answers through lm-eval and must score best. `uniform` answers at random and must score chance.
`majority` always gives one answer and must score what that is worth. `shuffled` reads the values of another item, and
must score worse than the same baseline with the item's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.kinds import Answered
from harness.kinds.derive import derivation
from harness.kinds.measures import PARTS, Instruments, Part
from harness.kinds.reading import to_answer
from harness.metrics import Metric
from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Outcome
from harness.models import lm_eval
from harness.record import Answer, Item, Seeds
from harness.scoring import chance
from harness.scoring.anchors import baseline_answers
from harness.scoring.samples import judge
from harness.stats import bootstrap
from harness.stats.arrays import Floats, Weights
from harness.stats.clusters import cluster_index
from harness.tasks.documents import fitted_on, split
from harness.tasks.load import Task
from va_extractor.common.errors import InputError

SEED = 20_502
_READERS = ("prototype", "knn")
_PARTS: dict[str, frozenset[Part]] = {
    "own_auc": frozenset({"near"}),
    "right_direction": frozenset({"read"}),
    "va_ccc": frozenset({"read"}),
}
"""What a metric reads of a text; nothing else is measured for it."""
_CONSTANT = {"macro_auc": 0.5, "own_auc": 0.5, "va_ccc": 0.0, "right_direction": 0.5}
"""What one answer to everything scores."""
_EXACT = 1e-6


@dataclass(frozen=True)
class Control:
    """What a baseline scored, and between which bounds it must.

    Attributes:
        name: oracle, uniform, majority or shuffled.
        measure: what was measured.
        value: what it scored.
        low: lower bound.
        high: upper bound.
        key: of the YAML, to which a failure points.
        hint: what to do where it fails.
    """

    name: str
    measure: str
    value: float
    low: float
    high: float
    key: tuple[str, ...]
    hint: str

    @property
    def passed(self) -> bool:
        """Whether the value lies within the bounds."""
        return self.low <= self.value <= self.high

    def __str__(self) -> str:
        bounds = f"{self.low:z.3f} or more" if math.isinf(self.high) else f"{self.low:z.3f} to {self.high:z.3f}"
        return f"{self.name}: {self.measure} is {self.value:.3f}, expected {bounds}"


@dataclass(frozen=True)
class Omitted:
    """A control that a task does not allow, and why."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: not run: {self.why}"


def run(task: Task, by: Instruments | None) -> Iterator[Control | Omitted]:
    """Run every control that the task allows, and give the reason for each of the others.

    Args:
        task: the task.
        by: what descriptions are measured with; needed for those only.

    Raises:
        InputError: a baseline cannot answer the task at all.
    """
    bench = _Bench(task, by)
    yield bench.oracle()
    yield bench.uniform()
    yield bench.commonest() if task.kind.names_labels else bench.constant()
    yield bench.shuffled()


@dataclass(frozen=True)
class _Bench:
    """A task's items with a way to score any answers to them."""

    task: Task
    by: Instruments | None

    @cached_property
    def items(self) -> list[Item]:
        return [doc["item"] for doc in self.task.engine.eval_docs]

    @property
    def known(self) -> Metric:
        """The metric whose value is known for right, random and constant answers."""
        known = self.task.kind.known_metric if self._right_answers else None
        return self.task.kind.metric(known or self.task.main_score)

    @cached_property
    def _right_answers(self) -> bool:
        """Whether some answer is exactly right; of descriptions, only a quoted reference is."""
        return not self.task.kind.references or any(item.references for item in self.items)

    def oracle(self) -> Control | Omitted:
        from harness.models.baseline import BaselineLM

        if not self._right_answers:
            return Omitted("oracle", "no item has a reference to quote")
        seeds = Seeds(python=0, numpy=0, torch=0, fewshot=0, bootstrap=bootstrap.SEED, chance=chance.SEED)
        settings = lm_eval.AskSettings(
            num_fewshot=None, limit=None, apply_chat_template=False, system_instruction=None, gen_kwargs={}, seeds=seeds
        )
        asked = lm_eval.ask(BaselineLM("oracle"), self.task.name, self.task.engine, settings) or []
        value = self.known.value(self._outcome([to_answer(one.results) for one in asked], self.known), len(asked))
        best = 0.0 if self.known.higher_is_better is False else 1.0
        hint = "the right answer is not read as right: check labels, filters and doc_to_target"
        key = ("process_results",)
        return _control("oracle", self.known.name, value, best, _EXACT, span=self.known.span, key=key, hint=hint)

    def uniform(self) -> Control | Omitted:
        expected, scored = None, None
        if self.known.chance is not None:
            scored = self._outcome(self._answers("uniform", self.items), self.known)
            expected = chance.chances(self.task.kind, [self.known], scored, len(self.items))[self.known.name]
        if expected is None or scored is None:
            return Omitted("uniform", f"{self.known.name} has no known value of chance")
        hint = "random answers do not score chance: the options or the labels favour some"
        return self._near("uniform", scored, expected, hint)

    def constant(self) -> Control | Omitted:
        worth = _CONSTANT.get(self.known.name)
        if worth is None:
            return Omitted("majority", f"{self.known.name} has no known value for one answer to everything")
        scored = self._outcome(self._answers("majority", self.items), self.known)
        hint = f"one answer to everything must score {worth}: look for items that share labels or references"
        return self._near("majority", scored, worth, hint)

    def commonest(self) -> Control:
        parsed, _ = judge(self.task.kind, self.items, self._answers("majority", self.items), None)
        pairs = zip(parsed, self.items, strict=True)
        hits = np.array([bool(set(one.labels) & set(item.labels)) for one, item in pairs], dtype=np.float64)
        if self.task.kind.offers == "options":
            expected = float(np.mean([1 / len(item.choices) for item in self.items]))
            key, hint = "options", "the right answer is first too often or too seldom: shuffle the options"
        else:
            train = split(self.task.question, fitted_on(self.task.question)).items
            expected = float(np.mean([bool(set(parsed[0].labels[:1]) & set(item.labels)) for item in train]))
            key, hint = "source", "labels are not as common in the train split as in the evaluated one"
        margin = self._width(lambda weights: weighted_mean(hits, weights)) + _EXACT
        measure = "fraction of items for which the commonest answer is right"
        value, at = float(hits.mean()), ("metadata", key)
        return _control("majority", measure, value, expected, margin, span=(0.0, 1.0), key=at, hint=hint)

    def shuffled(self) -> Control:
        items, derive, metric = self.items, self.task.question.derive, self.task.kind.metric(self.task.main_score)
        order = np.random.default_rng(SEED).permutation(len(items))
        taken = derivation(derive).shuffled if derive else ("valence", "arousal")
        others = [
            item.model_copy(update={name: getattr(items[other], name) for name in taken})
            for item, other in zip(items, order, strict=True)
        ]
        reader, sign = self._reader(), -1.0 if metric.higher_is_better is False else 1.0
        own, other = (self._outcome(self._answers(reader, given), metric) for given in (items, others))

        def gain(weights: Weights) -> Floats:
            return sign * (metric.compute(own, weights) - metric.compute(other, weights))

        between = bootstrap.interval(gain, cluster_index(items))
        edge = between.low if between else 0.0
        values = " and ".join(taken)
        return Control(
            "shuffled",
            f"{metric.name} of {reader} with each item's own {values} - with another item's: "
            f"{gain(np.ones((1, len(items))))[0]:.3f}; lower end of its 95 % interval",
            edge,
            0.0 if edge > 0 else _EXACT,
            metric.span[1] - metric.span[0],
            ("metadata", "source"),
            f"{values} do not help to answer: this is no task about them",
        )

    def _near(self, name: str, scored: Outcome, expected: float, hint: str) -> Control:
        """Return whether answers score what is expected, to the width of a 95 % interval.

        That is twice what chance alone moves a sound task by in 19 of 20 cases.
        """
        value = self.known.value(scored, len(self.items))
        margin = self._width(lambda weights: self.known.compute(scored, weights)) + _EXACT
        key, span = ("metadata", "main_score"), self.known.span
        return _control(name, self.known.name, value, expected, margin, span=span, key=key, hint=hint)

    def _reader(self) -> str:
        """Return the first baseline that reads valence and arousal and can answer the task."""
        problem = InputError("no baseline reads valence and arousal for this kind", code="unsupported")
        for name in (name for name in _READERS if name in self.task.kind.answered_by):
            try:
                self._answers(name, self.items[:1])
            except InputError as error:
                problem = error
            else:
                return name
        raise problem

    def _answers(self, name: str, items: Sequence[Item]) -> list[Answer]:
        return baseline_answers(name, self.task.question, items, by_likelihood=self.task.by_likelihood)

    def _outcome(self, answers: Sequence[Answer], metric: Metric) -> Outcome:
        """Arrange answers for one metric."""
        parsed, scores = judge(self.task.kind, self.items, answers, self.by, _PARTS.get(metric.name, PARTS))
        rows = zip(self.items, answers, parsed, scores, strict=True)
        return self.task.kind.outcome(self.task.question.labels, [Answered(*row) for row in rows])

    def _width(self, compute: Callable[[Weights], Floats]) -> float:
        between = bootstrap.interval(compute, cluster_index(self.items))
        return between.high - between.low if between else math.inf


def _control(
    name: str,
    measure: str,
    value: float,
    expected: float,
    margin: float,
    *,
    span: tuple[float, float],
    key: tuple[str, ...],
    hint: str,
) -> Control:
    """Return a control with bounds around what is expected, no wider than the measure's own."""
    low, high = max(expected - margin, span[0] - _EXACT), min(expected + margin, span[1] + _EXACT)
    return Control(name, measure, value, low, high, key, hint)
