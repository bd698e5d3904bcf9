"""Answers of baselines to the items of one task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.kinds.arrays import membership, points
from harness.kinds.base import generator
from harness.kinds.derive import derivation
from harness.record import Item
from harness.scoring.baselines.names import CONSTANT
from harness.scoring.baselines.scores import (
    Fit,
    LabelScores,
    gaussian,
    knn,
    logistic,
    nearest_train_item,
    prior,
    prototype,
    to_shares,
    typical_spread,
)
from harness.stats.arrays import Floats
from harness.tasks.centroids import centroids
from harness.tasks.documents import EVALUATED, Question, fitted_on, split

_SCORES: dict[str, LabelScores] = {
    "majority": prior,
    "top5": prior,
    "prototype": prototype,
    "gaussian": gaussian,
    "knn": knn,
    "logistic": logistic,
}
_BELOW_ALL = -1e3


@dataclass(frozen=True)
class Baseline:
    """A baseline that answers n items of one task (`harness.kinds.Baseline`).

    Attributes:
        name: a name of `BASELINES` that answers the task.
        question: features and rules that define the items.
        items: the n items.
        without_content: whether the prompt shows tokens instead of the values.
    """

    name: str
    question: Question
    items: Sequence[Item]
    without_content: bool = False

    @cached_property
    def train(self) -> Sequence[Item]:
        """The items that it may learn from."""
        return split(self._plain, fitted_on(self._plain)).items

    def texts(self) -> list[str]:
        """Return n answers as texts."""
        kind = self.question.kind
        return [kind.oracle(item) for item in self.items] if self.name == "oracle" else kind.answers(self)

    def scores(self) -> list[list[float]]:
        """Return one finite log-score for each choice of each item; higher is likelier.

        Without content, only constant baselines have their usual scores; all others give equal scores.
        """
        if self.without_content and self.name not in CONSTANT:
            return [[0.0] * len(item.choices) for item in self.items]
        if self.name == "uniform":
            return [[float(score) for score in generator(item).random(len(item.choices))] for item in self.items]
        if self.name == "oracle":
            return [[0.0 if choice in item.labels else _BELOW_ALL for choice in item.choices] for item in self.items]
        if self.question.derive is not None and self.name != "majority":
            return [self._weigh(item) for item in self.items]
        if self.question.kind.offers == "labels":
            found: list[list[float]] = self.label_scores(self.items[0].choices).tolist()
            return found
        return [_SCORES[self.name](self._fit(item.choices), points([item]))[0].tolist() for item in self.items]

    def label_scores(self, labels: tuple[str, ...]) -> Floats:
        """Return (n, k) log-scores of any labels."""
        return _SCORES[self.name](self._fit(labels), points(self.items))

    def shares(self) -> Floats:
        """Return (n, k) probabilities of the choices; each row sums to 1.

        `uniform` draws a random point of the simplex. `prototype` gives odds of exp(-d^2 / (2 s^2)) to a label at
        distance d, or exp(w / s) to a derived choice of weight w, s being the mean of the published standard
        deviations.
        """
        scores = np.array(self.scores(), dtype=np.float64)
        if self.name == "uniform":
            draws: Floats = -np.log1p(-scores)
            return np.asarray(draws / draws.sum(axis=1, keepdims=True))
        if self.name == "prototype":
            spread = typical_spread()
            scores = scores / spread if self.question.derive else -(scores**2) / (2 * spread**2)
        return to_shares(scores)

    def nearest(self) -> Sequence[int]:
        """Return the place in `train` of the item nearest to each of the n in valence and arousal."""
        return nearest_train_item(self._fit(()), points(self.items))

    @property
    def _plain(self) -> Question:
        """The question without its prompts, for the items that it may learn from."""
        asked = self.question
        return Question(asked.kind, asked.features, asked.source, asked.labels, asked.options, derive=asked.derive)

    def _weigh(self, item: Item) -> list[float]:
        weigh = derivation(str(self.question.derive)).weigh
        if weigh is None:
            raise ValueError(f"items derived by {self.question.derive} offer no choices to weigh")
        return weigh(item)

    def _fit(self, labels: tuple[str, ...]) -> Fit:
        if self.question.kind.offers == "options":
            nothing = np.empty((0, len(labels)), dtype=bool)
            return Fit(labels, np.empty((0, 2)), nothing, self.question.source, in_sample=False)
        kept = [[label for label in one.labels if label in labels] for one in self.train]
        in_sample = fitted_on(self._plain) == EVALUATED
        found = centroids(self._plain)
        centers = None if found is None else np.array([found[label] for label in labels])
        return Fit(labels, points(self.train), membership(kept, labels), self.question.source, in_sample, centers)
