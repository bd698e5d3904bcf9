"""Answerers whose score is known beforehand: what they score tells whether the task measures what it says.

`oracle` gives the right answers through lm-eval's own route and must score 1.0, or 0.0 where less is better. `uniform`
answers at random and must score chance, `majority` always the same and must score what that is worth. `shuffled` reads
valence and arousal of another item (or what else a derivation says the question hangs on) and must score worse than the
same answerer with the item's own: where it does not, the task asks nothing of them.
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
from harness.models import lm_eval as _compat
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
    "same_quadrant": frozenset({"read"}),
    "right_direction": frozenset({"read"}),
}
_CONSTANT = {"macro_auc": 0.5, "own_auc": 0.5, "va_ccc": 0.0, "right_direction": 0.5}
"""What one answer to everything is worth, by the metric whose value is known beforehand."""
_EXACT = 1e-6


@dataclass(frozen=True)
class Control:
    """What an answerer scored, and between which bounds it must.

    Attributes:
        name: oracle, uniform, majority or shuffled.
        measure: what was measured.
        value: what it scored.
        low: lower bound.
        high: upper bound.
        span: the least and greatest value that the measure has at all.
        key: of the YAML, to which a failure points.
        hint: what to do where it fails.
    """

    name: str
    measure: str
    value: float
    low: float
    high: float
    span: tuple[float, float]
    key: tuple[str, ...]
    hint: str

    @property
    def passed(self) -> bool:
        """Whether the value lies within the bounds."""
        return self.low <= self.value <= self.high

    @property
    def what(self) -> str:
        """The outcome in words."""
        low, high = max(self.low, self.span[0]), min(self.high, self.span[1])
        bounds = f"{low:.3f} or more" if math.isinf(high) else f"{low:.3f} to {high:.3f}"
        return f"{self.name}: {self.measure} is {self.value:.3f}, expected {bounds}"


@dataclass(frozen=True)
class Omitted:
    """A control that a task does not allow, and why."""

    name: str
    why: str

    @property
    def what(self) -> str:
        """The reason in words."""
        return f"{self.name}: not run, since {self.why}"


def run(task: Task, by: Instruments | None) -> Iterator[Control | Omitted]:
    """Run every control that the task allows, and say why where it allows one not.

    Args:
        task: the task.
        by: what descriptions are measured with; needed for those only.

    Raises:
        InputError: an answerer cannot answer the task at all.
    """
    bench = _Bench(task, by)
    yield bench.oracle()
    yield bench.uniform()
    yield bench.majority()
    yield bench.shuffled()


@dataclass(frozen=True)
class _Bench:
    """A task's documents with a way to score any answers to them."""

    task: Task
    by: Instruments | None

    @cached_property
    def items(self) -> list[Item]:
        return [doc["item"] for doc in self.task.engine.eval_docs]

    @property
    def headline(self) -> Metric:
        return self.task.kind.metric(self.task.headline)

    @property
    def known(self) -> Metric:
        """The metric whose value is known beforehand for right, random and constant answers."""
        return self.task.kind.metric(self.task.kind.known_metric or self.task.headline)

    def oracle(self) -> Control:
        from harness.models.baseline import BaselineLM

        seeds = Seeds(python=0, numpy=0, torch=0, fewshot=0, bootstrap=bootstrap.SEED, chance=chance.SEED)
        settings = _compat.AskSettings(
            num_fewshot=None,
            limit=None,
            apply_chat_template=False,
            system_instruction=None,
            gen_kwargs={},
            seeds=seeds,
        )
        asked = _compat.ask(BaselineLM("oracle"), self.task.name, self.task.engine, settings) or []
        scored = self._outcome([to_answer(one.results) for one in asked], self.known)
        hint = "the right answer is not read as right: look at the labels, the filters and doc_to_target"
        value = self.known.value(scored, len(asked))
        best = 0.0 if self.known.higher_is_better is False else 1.0
        return self._control("oracle", value, best, _EXACT, key=("process_results",), hint=hint)

    def uniform(self) -> Control | Omitted:
        nowhere = Omitted("uniform", f"no value of chance is known for {self.known.name}")
        if self.known.chance is None:
            return nowhere
        scored = self._outcome(self._answers("uniform", self.items), self.known)
        expected = chance.chances(self.task.kind, [self.known], scored, len(self.items))[self.known.name]
        if expected is None:
            return nowhere
        margin = self._margin(lambda weights: self.known.compute(scored, weights))
        value = self.known.value(scored, len(self.items))
        hint = "random answers do not score chance: the options or the labels favour some"
        return self._control("uniform", value, expected, margin, key=("metadata", "headline"), hint=hint)

    def majority(self) -> Control | Omitted:
        if self.task.kind.names_labels:
            return self._commonest()
        if self.known.name not in _CONSTANT:
            return Omitted("majority", f"what one answer to everything is worth is not known for {self.known.name}")
        worth = _CONSTANT[self.known.name]
        scored = self._outcome(self._answers("majority", self.items), self.known)
        margin = self._margin(lambda weights: self.known.compute(scored, weights)) + _EXACT
        hint = f"one answer to everything must be worth {worth}: look for items that share labels or references"
        value = self.known.value(scored, len(self.items))
        return self._control("majority", value, worth, margin, key=("metadata", "headline"), hint=hint)

    def _commonest(self) -> Control:
        answers = self._answers("majority", self.items)
        parsed, _ = judge(self.task.kind, self.items, answers, None)
        pairs = zip(parsed, self.items, strict=True)
        hits = np.array([bool(set(one.labels) & set(item.labels)) for one, item in pairs], dtype=np.float64)
        hint = "the right answer stands first too often or too seldom: shuffle the options"
        decides = "options"
        if self.task.kind.offers == "options":
            expected = float(np.mean([1 / len(item.choices) for item in self.items]))
        else:
            train = split(self.task.question, fitted_on(self.task.question)).items
            common = {parsed[0].labels[0]} if parsed[0].labels else set()
            expected = float(np.mean([bool(common & set(item.labels)) for item in train]))
            hint = "labels are not as common in the train split as in the evaluated one: examples will mislead"
            decides = "source"
        margin = self._margin(lambda weights: weighted_mean(hits, weights)) + _EXACT
        return Control(
            "majority",
            "the share of items on which the commonest answer is right",
            float(hits.mean()),
            expected - margin,
            expected + margin,
            (0.0, 1.0),
            ("metadata", decides),
            hint,
        )

    def shuffled(self) -> Control:
        items, derive = self.items, self.task.question.derive
        order = np.random.default_rng(SEED).permutation(len(items))
        taken = derivation(derive).shuffled if derive else ("valence", "arousal")
        others = [
            item.model_copy(update={name: getattr(items[other], name) for name in taken})
            for item, other in zip(items, order, strict=True)
        ]
        reader = self._reader()
        own = self._outcome(self._answers(reader, items), self.headline)
        other = self._outcome(self._answers(reader, others), self.headline)
        compute = self.headline.compute
        between = bootstrap.interval(
            lambda weights: compute(own, weights) - compute(other, weights), cluster_index(self.items)
        )
        sign = -1.0 if self.headline.higher_is_better is False else 1.0
        gain = sign * (self.headline.value(own, len(items)) - self.headline.value(other, len(items)))
        least, most = self.headline.span
        edge = 0.0 if between is None else (between.low if sign > 0 else -between.high)
        return Control(
            "shuffled",
            f"the lower end of what {reader} gains on {self.task.headline} by the item's own {' and '.join(taken)} "
            f"(gain {gain:.3f})",
            edge,
            0.0 if edge > 0 else _EXACT,
            math.inf,
            (least - most, most - least),
            ("metadata", "source"),
            f"{' and '.join(taken)} do not help to answer: this is no task about them",
        )

    def _control(
        self, name: str, value: float, expected: float, margin: float, *, key: tuple[str, ...], hint: str
    ) -> Control:
        low, high = expected - margin, expected + margin
        return Control(name, self.known.name, value, low, high, self.known.span, key, hint)

    def _reader(self) -> str:
        """Return the first answerer that reads valence and arousal and can answer the task."""
        problem: InputError | None = None
        for name in _READERS:
            if name not in self.task.kind.answered_by:
                continue
            try:
                self._answers(name, self.items[:1])
            except InputError as error:
                problem = problem or error
            else:
                return name
        raise problem or InputError("no answerer reads valence and arousal for this kind")

    def _answers(self, name: str, items: Sequence[Item]) -> list[Answer]:
        return baseline_answers(name, self.task.question, items, by_likelihood=self.task.by_likelihood)

    def _outcome(self, answers: Sequence[Answer], metric: Metric) -> Outcome:
        """Arrange answers for one metric; of descriptions nothing is measured that it does not read."""
        parsed, scores = judge(self.task.kind, self.items, answers, self.by, _PARTS.get(metric.name, PARTS))
        rows = zip(self.items, answers, parsed, scores, strict=True)
        return self.task.kind.outcome(self.task.question.labels, [Answered(*row) for row in rows])

    def _margin(self, compute: Callable[[Weights], Floats]) -> float:
        """Return the width of the 95 % interval, twice what chance alone moves a sound task by in 19 of 20 cases."""
        between = bootstrap.interval(compute, cluster_index(self.items))
        return between.high - between.low if between else math.inf
