"""What metrics are computed from: arrays over items, one class for each kind of question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.metrics.direction import right_way
from harness.metrics.thresholds import Latest, Steps, steps
from harness.stats.arrays import Bools, Counts, Floats, Ints

NO_ANSWER = -1


@dataclass(frozen=True)
class Labelled:
    """One true and one answered label an item (`single_label`, `choice`).

    Attributes:
        gold: (n,) index of the true label.
        predicted: (n,) index of the answered label, `NO_ANSWER` where the answer named none.
        sizes: (n,) how many labels the item offered.
        labels: the label set; empty where options differ by item, and then an index has no meaning across items.
        scores: (n, k) log-likelihood of each offered label; None where the answer is a text.
        scores_norm: (n, k) the same divided by the label's characters.
        scores_cal: (n, k) the same less what the label gets without content; None where that was not asked.
        distance: (n, k) distance in the VA plane of the item's point to each offered label's prototype; None where a
            label has no published term, or items offer different numbers of labels.
        apart: (n, k) the same from the true label's prototype.
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
        """(n, 3k) whether each label is true, answered, and both."""
        labels = np.arange(len(self.labels))
        gold, predicted = self.gold[:, None] == labels, self.predicted[:, None] == labels
        return np.hstack([gold, predicted, gold & predicted]).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Confident(Labelled):
    """One true and one answered label an item, and how sure the answer is (`confidence`).

    Attributes:
        confidence: (n,) in [0, 1]; 1 where there is no answer, so that silence is never taken for modesty.
    """

    confidence: Floats


@dataclass(frozen=True, kw_only=True)
class Contrasted(Labelled):
    """One true and one answered label an item, beside a sentence (`conflict`).

    Attributes:
        agrees: (n,) whether a sentence speaks for the true label.
        disagrees: (n,) whether it speaks for another one; neither holds where there is no sentence.
        spoken: (n,) index of the label that the sentence speaks for, `NO_ANSWER` where there is none.
    """

    agrees: Bools
    disagrees: Bools
    spoken: Ints


@dataclass(frozen=True)
class Distributed:
    """A true and an answered share of every label (`distribution`).

    Attributes:
        reference: (n, k) true shares; each row sums to 1.
        answered: (n, k) answered shares; each row sums to 1, or is NaN where there is no answer.
        unnormalised: (n,) whether the numbers stated did not sum to 1, as 0 or 1; NaN where there is no answer.
        labels: the k labels.
    """

    reference: Floats
    answered: Floats
    unnormalised: Floats
    labels: tuple[str, ...]


@dataclass(frozen=True)
class LabelSets:
    """A set of true and a set of answered labels an item (`multi_label`).

    Attributes:
        gold: (n, k) whether the label is true.
        predicted: (n, k) whether the answer names it.
        labels: the k labels.
        votes: (n, k) annotator votes / max vote of each label; None where one annotator labelled.
        distance: (n, k) distance in the VA plane of the item's point to each label's prototype; None where a label has
            no published term.
        annotated: (n, a, k) whether each of up to a annotators gave the label; who gave none was not there. None where
            no item has several annotators.
    """

    gold: Bools
    predicted: Bools
    labels: tuple[str, ...]
    votes: Floats | None = None
    distance: Floats | None = None
    annotated: Bools | None = None

    @cached_property
    def counted(self) -> Counts:
        """(n, 3k) whether each label is true, answered, and both."""
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
        """Each label's items by threshold."""
        return tuple(steps(gold, scores) for gold, scores in zip(self.gold.T, self.scores.T, strict=True))

    @cached_property
    def latest(self) -> Latest:
        """What was computed last, for the next metric that asks the same."""
        return Latest()


@dataclass(frozen=True)
class Described:
    """Per-item scores of descriptions (`description`); NaN where an item has none.

    Attributes:
        columns: name to (n,) scores.
    """

    columns: dict[str, Floats]


@dataclass(frozen=True)
class Changed(Described):
    """Descriptions of a change (`change`); `columns` holds what is measured of the texts as such.

    Attributes:
        given: (n, 2, 2) the first and the last point given (axis 1), each valence and arousal (axis 2).
        read: (n, 2, 2) the same as read from the text; neutral where there is none.
        told: (n, 2) whether the given change in valence and in arousal is large enough to be told.
        answered: (n,) whether there is a text.
    """

    given: Floats
    read: Floats
    told: Bools
    answered: Bools

    @cached_property
    def given_change(self) -> Floats:
        """(n, 2) the last point given less the first."""
        return self.given[:, 1] - self.given[:, 0]

    @cached_property
    def read_change(self) -> Floats:
        """(n, 2) the same as read."""
        return self.read[:, 1] - self.read[:, 0]

    @cached_property
    def right(self) -> Floats:
        """(n, 2) whether the change read has the right direction, 0 without a text; NaN where there is none to tell."""
        right = np.where(self.answered[:, None], right_way(self.read_change, self.given_change), 0.0)
        return np.where(self.told, right, np.nan)

    @cached_property
    def moved(self) -> Ranked:
        """Items by the size of the change read, those with a change to tell being true; without a text, the worst."""
        moves: Bools = np.asarray(self.told.any(axis=1))
        size = np.where(self.answered, np.linalg.norm(self.read_change, axis=1), np.where(moves, -np.inf, np.inf))
        return Ranked(moves[:, None], size[:, None], ("moves",))


Outcome = Labelled | LabelSets | Ranked | Described | Distributed
