"""Which of two states is more pleasant, or more activated.

Clusters are paired at random, and their items with each other. An item is in one pair at most, and no pair is within a
cluster. All questions about two clusters form one new cluster, so that clusters are independent. Items without a
partner and differences below `TIE` are left out. The difference is recorded as the question's difficulty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from harness.kinds.derive._derivation import Derivation, Made, balanced, generator
from harness.record import Item

TIE = 0.05
FIRST, SECOND = "first", "second"
LABELS = (FIRST, SECOND)
ASKED = {"valence": "pleasant", "arousal": "activated"}


def weigh(item: Item) -> list[float]:
    """Score both choices by the requested dimension."""
    axis = list(ASKED.values()).index(str(item.statement))
    first, second = (point[axis] for point in item.points)
    scores = {FIRST: first - second, SECOND: second - first}
    return [scores[choice] for choice in item.choices]


def pairs(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Pair items of different clusters, each item at most once."""
    rng = generator(items, "compare")
    clusters: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        clusters[item.cluster_id].append(item)
    groups = list(clusters.values())
    mixed = [groups[place] for place in rng.permutation(len(groups))]
    return [pair for one, other in zip(mixed[::2], mixed[1::2], strict=False) for pair in zip(one, other, strict=False)]


def _make(items: Sequence[Item]) -> Made:
    found = pairs(items)
    rng = generator(items, "order")
    questions = [(one, other, axis) for one, other in found for axis in ASKED if _gap(one, other, axis) >= TIE]
    answers = {axis: iter(balanced(LABELS, len(found), rng)) for axis in ASKED}
    asked = list(_asked(questions, answers))
    left = {"unpaired": len(items) - 2 * len(found), "tie": len(found) * len(ASKED) - len(questions)}
    return Made(asked, {reason: count for reason, count in left.items() if count})


def _asked(questions: Sequence[tuple[Item, Item, str]], answers: dict[str, Iterator[str]]) -> Iterator[Item]:
    for one, other, axis in questions:
        answer = next(answers[axis])
        greater, lesser = (one, other) if getattr(one, axis) > getattr(other, axis) else (other, one)
        shown = (greater, lesser) if answer == FIRST else (lesser, greater)
        points = tuple((item.valence, item.arousal) for item in shown)
        yield Item(
            item_id=f"{one.item_id}-{other.item_id}-{axis}",
            cluster_id=f"{one.cluster_id}-{other.cluster_id}",
            valence=sum(point[0] for point in points) / 2,
            arousal=sum(point[1] for point in points) / 2,
            labels=(answer,),
            statement=ASKED[axis],
            points=points,
            condition=axis,
            difference=round(_gap(one, other, axis), 6),
        )


def _gap(one: Item, other: Item, axis: str) -> float:
    return abs(float(getattr(one, axis)) - float(getattr(other, axis)))


DERIVATION = Derivation(LABELS, _make, weigh, shows=("points", "statement"), shuffled=("points",))
