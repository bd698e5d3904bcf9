"""Which of two states is more pleasant, or more activated.

Clusters are paired at random, each with one other, and their items with each other, so that no item stands in two pairs
and no pair within a cluster. Both questions about a pair, and all pairs of two clusters, form one cluster: pairs that
share no image, person or video are independent, and bootstrap intervals need no more. What is left over is not asked.
Differences below `TIE` are ties and are not asked either; every other one is recorded, as the question's difficulty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harness.kinds.derive._derivation import Derivation, Derived, Made, Row, balanced, generator

if TYPE_CHECKING:
    from harness.tasks.documents import Doc

TIE = 0.05
FIRST, SECOND = "first", "second"
LABELS = (FIRST, SECOND)
ASKED = {"valence": "pleasant", "arousal": "activated"}


def weigh(doc: Doc) -> list[float]:
    """Score both choices by the number asked for."""
    axis = list(ASKED.values()).index(str(doc["statement"]))
    first, second = (point[axis] for point in doc["points"])
    scores = {FIRST: first - second, SECOND: second - first}
    return [scores[choice] for choice in doc["choices"]]


def pairs(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pair rows of different clusters, each row once at most."""
    rng = generator(rows, "compare")
    clusters: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        clusters[row["cluster_id"]].append(row)
    groups = list(clusters.values())
    mixed = [groups[place] for place in rng.permutation(len(groups))]
    return [pair for one, other in zip(mixed[::2], mixed[1::2], strict=False) for pair in zip(one, other, strict=False)]


def _make(rows: Sequence[Row]) -> Made:
    found = pairs(rows)
    rng = generator(rows, "order")
    questions = [(one, other, axis) for one, other in found for axis in ASKED if _gap(one, other, axis) >= TIE]
    answers = {axis: iter(balanced(LABELS, len(found), rng)) for axis in ASKED}
    documents = list(_documents(questions, answers))
    left = {"unpaired": len(rows) - 2 * len(found), "tie": len(found) * len(ASKED) - len(questions)}
    return Made(documents, {reason: count for reason, count in left.items() if count})


def _documents(questions: Sequence[tuple[Row, Row, str]], answers: dict[str, Iterator[str]]) -> Iterator[Derived]:
    for one, other, axis in questions:
        answer = next(answers[axis])
        greater, lesser = (one, other) if one[axis] > other[axis] else (other, one)
        shown = (greater, lesser) if answer == FIRST else (lesser, greater)
        points = [(row["valence"], row["arousal"]) for row in shown]
        yield Derived(
            item_id=f"{one['item_id']}-{other['item_id']}-{axis}",
            cluster_id=f"{one['cluster_id']}-{other['cluster_id']}",
            valence=sum(point[0] for point in points) / 2,
            arousal=sum(point[1] for point in points) / 2,
            labels=[answer],
            statement=ASKED[axis],
            points=points,
            condition=axis,
            difference=round(_gap(one, other, axis), 6),
        )


def _gap(one: Row, other: Row, axis: str) -> float:
    return abs(float(one[axis]) - float(other[axis]))


DERIVATION = Derivation(LABELS, _make, weigh, shows=("points", "statement"), shuffled=("points",))
