"""The interface of a kind of question."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from harness.metrics import Metric, metrics_of
from harness.metrics.outcome import Outcome
from harness.record import Answer, Item, ItemScores, Parsed
from harness.stats.arrays import Floats

if TYPE_CHECKING:
    from harness.kinds.measures import Instruments, Part

FIXED = ("uniform", "majority", "prototype", "oracle")
"""Baselines that answer every kind of question."""
LEARNT = ("gaussian", "knn", "logistic")
"""Baselines that score labels by published means or train items."""
TEXT, LOGLIKELIHOOD = "generate_until", "multiple_choice"
"""lm-eval's output types."""


Centroids = Mapping[str, tuple[float, float]]
"""Mean valence and arousal of items with each label, in [-1, 1]."""


@dataclass(frozen=True, eq=False)
class Answered:
    """One item with an answer to it.

    Attributes:
        item: input and true answer.
        answer: the raw answer.
        parsed: the answer as parsed.
        scores: scores of a text by instruments; empty for all other kinds.
        content_free: log-likelihoods of the same choices in prompts without content; empty if there are none.
        centroids: mean valence and arousal of the train items with each label; None to use word norms.
    """

    item: Item
    answer: Answer
    parsed: Parsed
    scores: ItemScores
    content_free: tuple[tuple[float, ...], ...] = ()
    centroids: Centroids | None = None


class Baseline(Protocol):
    """A baseline that answers n items of one task."""

    @property
    def name(self) -> str:
        """The name, such as `prototype`."""

    @property
    def items(self) -> Sequence[Item]:
        """The n items."""

    @property
    def train(self) -> Sequence[Item]:
        """The items that it may learn from."""

    def scores(self) -> list[list[float]]:
        """Return a log-score of each item's choices; higher is likelier."""

    def label_scores(self, labels: tuple[str, ...]) -> Floats:
        """Return (n, k) log-scores of any labels."""

    def shares(self) -> Floats:
        """Return (n, k) probabilities of the choices; each row sums to 1."""

    def nearest(self) -> Sequence[int]:
        """Return the place in `train` of the item nearest to each of the n in valence and arousal."""


class Kind(ABC):
    """One kind of question, named after its module.

    Attributes:
        asks: what the model must answer, in a few words.
        families: families or names of its metrics, in the order of reports.
        offers: the key of `metadata` for the choices: `labels` for a fixed set, `options` if they differ by item, None
            without choices.
        several: whether an item may have any number of true labels; otherwise it has exactly one.
        derived_by: the only derivation allowed; None if any or none is.
        output_types: lm-eval's output types that it supports.
        calibrated: whether log-likelihoods are also divided by those without content.
        has_examples: whether `example` writes an answer, so that an axis can show examples.
        names_labels: whether an answer names choices, each right or wrong.
        references: whether answers are compared with the references of items.
        measured: whether answers are texts that instruments score (`measure`); otherwise `scores` does.
        known_metric: the metric whose value is known for the oracle, random and constant answers; None for the main
            one.
        answered_by: the baselines that can answer.
        baselines: those reported next to every score.
        ceilings: the answers of predictors from VA: the `choices` offered, any `labels` of the source, or `texts`. None
            if the values are asked for, not given.
    """

    asks: str
    families: tuple[str, ...]
    offers: Literal["labels", "options"] | None = "labels"
    several: bool = False
    derived_by: str | None = None
    output_types: tuple[str, ...] = (TEXT,)
    calibrated: bool = False
    has_examples: bool = False
    names_labels: bool = False
    references: bool = False
    measured: bool = False
    known_metric: str | None = None
    answered_by: tuple[str, ...] = (*FIXED, *LEARNT)
    baselines: tuple[str, ...] = ("majority", "prototype")
    ceilings: Literal["choices", "labels", "texts"] | None = "choices"

    @cached_property
    def name(self) -> str:
        """The name, as in `tasks/_base` and in records."""
        return type(self).__module__.rpartition(".")[2]

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that apply, in the order of reports."""
        return tuple(metrics_of(self.families))

    def metric(self, name: str) -> Metric:
        """Return one of `metrics` by its name."""
        return next(metric for metric in self.metrics if metric.name == name)

    def __reduce__(self) -> tuple[Callable[[str], Kind], tuple[str]]:
        """Pickle by name, so that there is one object of each kind in a process."""
        from harness.kinds import get

        return get, (self.name,)

    @abstractmethod
    def target(self, item: Item) -> str | list[str]:
        """Return the right answer as examples show it: a text, or the true labels."""

    def oracle(self, item: Item) -> str:
        """Return the exact right answer."""
        return str(self.target(item))

    def example(self, item: Item, language: str) -> str:
        """Return the right answer as an example in a prompt of another language shows it."""
        raise NotImplementedError

    def left_out(self, item: Item) -> str | None:
        """Return why an item without a true answer is left out; None if it is not."""
        return None

    def shares(self, item: Item) -> tuple[float, ...] | None:
        """Return the true probability of each choice; None if the kind has none."""
        return None

    @abstractmethod
    def read(self, item: Item, text: str) -> Parsed:
        """Parse a text answer to `item`."""

    def choose(self, item: Item, loglikelihoods: Sequence[float]) -> Parsed:
        """Parse log-likelihoods: the answer is the likeliest choice, the first of equals."""
        best = max(range(len(item.choices)), key=loglikelihoods.__getitem__)
        return Parsed(status="ok", labels=(item.choices[best],))

    def is_bare(self, item: Item, line: str) -> bool:
        """Return whether one line may be an answer without the requested steps."""
        return True

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Score one answer, most important score first; higher is better."""
        raise NotImplementedError

    def item_scores(self, item: Item, answer: Answer, scores: ItemScores) -> ItemScores:
        """Return the scores used to compare and show single answers."""
        return scores

    def measure(
        self, items: Sequence[Item], texts: Sequence[str | None], by: Instruments, parts: frozenset[Part]
    ) -> list[ItemScores]:
        """Score n texts by instruments; None stands for a text that could not be parsed."""
        raise NotImplementedError

    @abstractmethod
    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Outcome:
        """Arrange n answered items as arrays; `labels` is the task's set, empty where there is none."""

    def at_random(self, outcome: Outcome, rng: np.random.Generator) -> Outcome:
        """Replace every answer by a uniformly random one.

        Raises:
            TypeError: there is no uniform distribution of answers; the metrics state their chance values themselves.
        """
        raise TypeError(f"{self.name} answers have no uniform distribution")

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Format probabilities of the choices as an answer."""
        raise NotImplementedError

    def say_set(self, labels: Sequence[str]) -> str | None:
        """Format a set of labels as an answer; None if answers are not sets."""
        return None

    def say_words(self, words: Sequence[str]) -> str | None:
        """Format free emotion words as an answer; None if answers hold none."""
        return None

    def answers(self, by: Baseline) -> list[str]:
        """Return a baseline's answers to its n items."""
        rows = by.shares().tolist()
        return [self.say(item.choices, row) for item, row in zip(by.items, rows, strict=True)]


def generator(item: Item) -> np.random.Generator:
    """Return a random generator seeded by the item's id."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(item.item_id.encode()).digest()[:8]))
