"""Arrays over items that metrics are computed from, one class for each form of answer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from harness.metrics.direction import right_way
from harness.metrics.thresholds import Latest, Steps, steps
from harness.stats.arrays import Bools, Counts, Floats, Ints

NO_ANSWER = -1


def _uneven(outcome: object) -> bool:
    return isinstance(outcome, Labelled) and np.unique(outcome.sizes).size > 1


UNEVEN = ("items offer different numbers of labels", _uneven)
"""Why there are no log-likelihoods and distances as arrays, with its test."""


@dataclass(frozen=True)
class Labelled:
    """One true and one answered label for each item (`single_label`, `choice`).

    Attributes:
        gold: (n,) index of the true label.
        predicted: (n,) index of the answered label, `NO_ANSWER` if the answer names none.
        sizes: (n,) how many labels the item offered.
        labels: the label set; empty if options differ by item; an index then has no meaning across items.
        scores: (n, k) log-likelihood of each offered label; None if answers are texts.
        scores_norm: (n, k) `scores` divided by the label's characters.
        scores_cal: (n, k) `scores` minus those without content; None if there are none.
        distance: (n, k) distance in the VA plane from the item's point to each offered label's prototype; None if a
            label has no published term, or items offer different numbers of labels.
        apart: (n, k) distance from the true label's prototype instead.
    """

    gold: Ints
    predicted: Ints
    sizes: Ints
    labels: tuple[str, ...]
    scores: Floats | None = None
    scores_norm: Floats | None = None
    scores_cal: Floats | None = None
    distance: Floats | None = None
    apart: Floats | None = None

    @cached_property
    def counted(self) -> Counts:
        """(n, 3k) whether each label is true, whether it is answered, and whether both."""
        labels = np.arange(len(self.labels))
        gold, predicted = self.gold[:, None] == labels, self.predicted[:, None] == labels
        return np.hstack([gold, predicted, gold & predicted]).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Confident(Labelled):
    """One true and one answered label for each item, with the stated confidence (`confidence`).

    Attributes:
        confidence: (n,) in [0, 1]; 1 without an answer, so that no answer never lowers the confidence.
    """

    confidence: Floats


@dataclass(frozen=True, kw_only=True)
class Contrasted(Labelled):
    """One true and one answered label for each item, with a sentence (`conflict`).

    Attributes:
        agrees: (n,) whether a sentence fits the true label.
        disagrees: (n,) whether a sentence fits another label.
        spoken: (n,) index of the label that the sentence fits, `NO_ANSWER` without a sentence.
    """

    agrees: Bools
    disagrees: Bools
    spoken: Ints


@dataclass(frozen=True)
class Distributed:
    """A true and an answered probability of every label (`distribution`).

    Attributes:
        reference: (n, k) true probabilities; each row sums to 1.
        answered: (n, k) answered probabilities; each row sums to 1, or is NaN without an answer.
        unnormalised: (n,) 1 if the stated numbers did not sum to 1, else 0; NaN without an answer.
        labels: the k labels.
    """

    reference: Floats
    answered: Floats
    unnormalised: Floats
    labels: tuple[str, ...]


@dataclass(frozen=True)
class LabelSets:
    """A set of true and a set of answered labels for each item (`multi_label`).

    Attributes:
        gold: (n, k) whether the label is true.
        predicted: (n, k) whether the answer names it.
        labels: the k labels.
        votes: (n, k) annotator votes / max vote of each label; None with one annotator.
        distance: (n, k) distance in the VA plane from the item's point to each label's prototype; None if a label has
            no published term.
        annotated: (n, a, k) whether each of up to a annotators gave the label; rows without a label are padding. None
            if no item has several annotators.
    """

    gold: Bools
    predicted: Bools
    labels: tuple[str, ...]
    votes: Floats | None = None
    distance: Floats | None = None
    annotated: Bools | None = None

    @cached_property
    def counted(self) -> Counts:
        """(n, 3k) whether each label is true, whether it is answered, and whether both."""
        return np.hstack([self.gold, self.predicted, self.gold & self.predicted]).astype(np.float32)

    @cached_property
    def sizes(self) -> Floats:
        """(3, n) sizes of the true set, of the answered set and of their intersection."""
        sets = (self.gold, self.predicted, self.gold & self.predicted)
        return np.stack([members.sum(axis=1) for members in sets]).astype(np.float64)


@dataclass(frozen=True)
class Ranked:
    """A set of true labels and a score for every label (`ranking`).

    Attributes:
        gold: (n, k) whether the label is true.
        scores: (n, k) higher means more likely; only the order over items within a label matters.
        labels: the k labels.
    """

    gold: Bools
    scores: Floats
    labels: tuple[str, ...]

    @cached_property
    def steps(self) -> tuple[Steps, ...]:
        """Each label's items, grouped by threshold."""
        return tuple(steps(gold, scores) for gold, scores in zip(self.gold.T, self.scores.T, strict=True))

    @cached_property
    def latest(self) -> Latest:
        """The areas computed last, for the next metric with the same weights."""
        return Latest()


@dataclass(frozen=True)
class Described:
    """Scores of descriptions by item (`description`); NaN if an item has none.

    Attributes:
        columns: name to (n,) scores.
    """

    columns: dict[str, Floats]


@dataclass(frozen=True)
class Changed(Described):
    """Descriptions of a change (`change`); `columns` holds scores of the texts.

    Attributes:
        given: (n, 2, 2) the first and the last point given (axis 1), each valence and arousal (axis 2).
        read: (n, 2, 2) both points as read from the text; neutral without a text.
        large: (n, 2) whether the given change in valence and in arousal is large enough.
        answered: (n,) whether there is a text.
    """

    given: Floats
    read: Floats
    large: Bools
    answered: Bools

    @cached_property
    def given_change(self) -> Floats:
        """(n, 2) the last point given minus the first."""
        return self.given[:, 1] - self.given[:, 0]

    @cached_property
    def read_change(self) -> Floats:
        """(n, 2) the last point read minus the first."""
        return self.read[:, 1] - self.read[:, 0]

    @cached_property
    def right(self) -> Floats:
        """(n, 2) whether the change read has the right direction; 0 without a text, NaN if the change is too small."""
        right = np.where(self.answered[:, None], right_way(self.read_change, self.given_change), 0.0)
        return np.where(self.large, right, np.nan)

    @cached_property
    def moved(self) -> Ranked:
        """Items ranked by the size of the change read; large changes are true; items without a text rank worst."""
        moves: Bools = np.asarray(self.large.any(axis=1))
        size = np.where(self.answered, np.linalg.norm(self.read_change, axis=1), np.where(moves, -np.inf, np.inf))
        return Ranked(moves[:, None], size[:, None], ("moves",))


Outcome = Labelled | LabelSets | Ranked | Described | Distributed

_ANSWERS = ("predicted", "scores", "scores_norm", "scores_cal", "confidence", "answered", "unnormalised")


def shuffled(outcome: Outcome, order: Ints) -> Outcome:
    """Give item i the answer to item `order[i]`.

    Raises:
        TypeError: answers are descriptions, which were scored against their own items.
    """
    if isinstance(outcome, Described):
        raise TypeError("descriptions cannot change places")
    known = {field.name: getattr(outcome, field.name) for field in fields(outcome) if field.name in _ANSWERS}
    return replace(outcome, **{name: array[order] for name, array in known.items() if array is not None})
