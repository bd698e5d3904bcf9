"""A derivation: items made from a source's items, and a rule that answers them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.record import Item

Point = tuple[float, float]


@dataclass(frozen=True)
class Made:
    """The items of one split, and counts of items left out by reason."""

    items: list[Item]
    excluded: dict[str, int]


@dataclass(frozen=True)
class Derivation:
    """Questions made from a source's items.

    Attributes:
        labels: possible answers; empty if answers are not labels.
        make: makes items from a source's items, deterministically.
        weigh: rule-based score for each choice of an item, without fitting; higher is likelier. None if the
            kind has its own baseline.
        shares: the true probability of each choice; None to use the kind's rule.
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
    """Return a random generator seeded by the items' ids and the purpose."""
    digest = hashlib.sha256("\n".join([purpose, *(item.item_id for item in items)]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


def balanced(values: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Return `count` values in random order, with counts that differ by at most one."""
    drawn = [values[place % len(values)] for place in range(count)]
    return [drawn[place] for place in rng.permutation(count)]
