"""What a derivation is: items made from a source's items, and a rule that answers them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.record import Item

Point = tuple[float, float]


@dataclass(frozen=True)
class Made:
    """The items of one split, and how many items were left out, by reason."""

    items: list[Item]
    excluded: dict[str, int]


@dataclass(frozen=True)
class Derivation:
    """Questions that a source's items do not hold themselves.

    Attributes:
        labels: the answers it knows; empty where the answer is no label.
        make: new items from those of a source; the same items give the same result.
        weigh: rule-based score for each choice of an item, without fitting; higher is likelier. None where the kind's
            own baseline answers.
        shares: the true share of each choice; None where the kind's own rule holds.
        shows: the columns that a prompt must show.
        shuffled: the columns that the control takes from another item.
        synthetic: whether what is shown was drawn, whatever the source.
    """

    labels: tuple[str, ...]
    make: Callable[[Sequence[Item]], Made]
    weigh: Callable[[Item], list[float]] | None
    shares: Callable[[Item], tuple[float, ...]] | None = None
    shows: tuple[str, ...] = ("valence", "arousal")
    shuffled: tuple[str, ...] = ("valence", "arousal")
    synthetic: bool = False


def about(item: Item, labels: Sequence[str], statement: str | None = None) -> Item:
    """Return a question about one item, under its own id, cluster and point."""
    return Item(
        item_id=item.item_id,
        cluster_id=item.cluster_id,
        valence=item.valence,
        arousal=item.arousal,
        labels=tuple(labels),
        statement=statement,
    )


def generator(items: Sequence[Item], purpose: str) -> np.random.Generator:
    """Return a generator that depends on the items' ids and the purpose alone."""
    digest = hashlib.sha256("\n".join([purpose, *(item.item_id for item in items)]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def balanced(values: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Return `count` values in random order, each as often as any other, or once more."""
    drawn = [values[place % len(values)] for place in range(count)]
    return [drawn[place] for place in rng.permutation(count)]
