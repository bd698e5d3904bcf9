"""What metrics are computed from: arrays over items, one class for each kind of question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

NO_ANSWER = -1


@dataclass(frozen=True)
class Labelled:
    """One true and one answered label an item (`single_label`, `choice`).

    Attributes:
        gold: (n,) index of the true label.
        predicted: (n,) index of the answered label, `NO_ANSWER` where the answer named none.
        sizes: (n,) how many labels the item offered.
        labels: the label set; empty where options differ by item, and then an index has no meaning across items.
    """

    gold: Ints
    predicted: Ints
    sizes: Ints
    labels: tuple[str, ...]


@dataclass(frozen=True)
class LabelSets:
    """A set of true and a set of answered labels an item (`multi_label`).

    Attributes:
        gold: (n, k) whether the label is true.
        predicted: (n, k) whether the answer names it.
        labels: the k labels.
    """

    gold: Bools
    predicted: Bools
    labels: tuple[str, ...]


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


@dataclass(frozen=True)
class Described:
    """Per-item scores of descriptions (`description`); NaN where an item has none.

    Attributes:
        columns: name to (n,) scores.
    """

    columns: dict[str, Floats]


Outcome = Labelled | LabelSets | Ranked | Described
