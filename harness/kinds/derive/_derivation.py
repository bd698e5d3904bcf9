"""What a derivation is: documents made from a source's rows, and how who reads them would answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from harness.tasks.documents import Doc

Point = tuple[float, float]
Row = Mapping[str, Any]
"""One row of a features table in which a face was found."""


@dataclass(frozen=True)
class Derived:
    """One document made from one row or several.

    Attributes:
        item_id: unique within the split.
        cluster_id: documents that share a row, or a cluster of rows, share it.
        valence: in [-1, 1]; the mean of `points` where several are shown.
        arousal: in [-1, 1], likewise.
        labels: what is true.
        statement: a word or sentence that the prompt shows.
        points: valence and arousal of several items or moments that the prompt shows, in order.
        condition: which variant of the question this is.
        difference: how far apart lies what is to be told apart.
    """

    item_id: str
    cluster_id: str
    valence: float
    arousal: float
    labels: list[str]
    statement: str | None = None
    points: list[Point] = field(default_factory=list)
    condition: str | None = None
    difference: float | None = None
    dominance: float | None = None
    label_weights: list[float] | None = None
    annotator_labels: list[list[str]] | None = None
    references: list[str] = field(default_factory=list)
    reference_kind: str | None = None


def of_row(row: Row, labels: list[str], statement: str | None = None) -> Derived:
    """Return the one document made of a row, under the row's own id, cluster and point."""
    return Derived(row["item_id"], row["cluster_id"], row["valence"], row["arousal"], labels, statement)


@dataclass(frozen=True)
class Made:
    """The documents of one split, and how many rows were left out, by reason."""

    documents: list[Derived]
    excluded: dict[str, int]


@dataclass(frozen=True)
class Derivation:
    """A question about rows that the rows themselves do not hold.

    Attributes:
        labels: the answers it knows; empty where the answer is no label.
        make: documents from rows; the same rows give the same documents.
        weigh: a score for each of the document's choices by who reads what is given, by a rule without fitting; higher
            is likelier. None where the kind's own baseline reads it.
        shows: the columns that a prompt must show.
        shuffled: the columns that the control takes from another item.
        synthetic: whether what is shown was drawn, whatever the source.
    """

    labels: tuple[str, ...]
    make: Callable[[Sequence[Row]], Made]
    weigh: Callable[[Doc], list[float]] | None
    shows: tuple[str, ...] = ("valence", "arousal")
    shuffled: tuple[str, ...] = ("valence", "arousal")
    synthetic: bool = False


def generator(rows: Sequence[Row], purpose: str) -> np.random.Generator:
    """Return a generator that depends on the rows' ids and the purpose alone."""
    digest = hashlib.sha256("\n".join([purpose, *(row["item_id"] for row in rows)]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def balanced(values: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Return `count` values in random order, each as often as any other, or once more."""
    drawn = [values[place % len(values)] for place in range(count)]
    return [drawn[place] for place in rng.permutation(count)]
