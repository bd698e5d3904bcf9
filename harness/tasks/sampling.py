"""A seeded, stratified sample of items, for runs that use only some of them."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from harness.record import Item

SEED = 20250211
"""Fixed, so that runs with the same limit use the same items, and a larger limit adds to a smaller one."""


def size(limit: float | None, items: int) -> int:
    """Return how many of `items` a limit keeps: all (None), a fraction (below 1; rounded up) or a number."""
    if limit is None:
        return items
    return min(items, math.ceil(items * limit) if limit < 1 else int(limit))


def sample(items: Sequence[Item], number: int) -> list[int]:
    """Choose items so that labels and clusters keep their proportions.

    The strata are the rarest label of each item. An item's place is (rank in its stratum + u) / size of the stratum,
    with one uniform u a stratum (systematic sampling: Cochran 1977, *Sampling Techniques*, ch. 8); within a stratum,
    clusters take turns. The items with the lowest places are chosen, so that samples are nested.

    Returns:
        `number` indices, ascending.
    """
    if number >= len(items):
        return list(range(len(items)))
    draw = random.Random(SEED)
    counts = Counter(label for item in items for label in item.labels)
    strata: defaultdict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        strata[min(item.labels, key=lambda label: (counts[label], label), default="")].append(index)
    places: dict[int, float] = {}
    for _, members in sorted(strata.items()):
        start = draw.random()
        for rank, index in enumerate(_by_turns(members, items, draw)):
            places[index] = (rank + start) / len(members)
    return sorted(sorted(places, key=lambda index: (places[index], index))[:number])


def _by_turns(members: list[int], items: Sequence[Item], draw: random.Random) -> list[int]:
    """Order members at random, the first of every cluster before the second of any."""
    draw.shuffle(members)
    seen = Counter[str]()
    turns = {}
    for index in members:
        turns[index] = seen[items[index].cluster_id]
        seen[items[index].cluster_id] += 1
    return sorted(members, key=turns.__getitem__)
