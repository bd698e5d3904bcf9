"""Whether a statement about a person's emotion is right: "the person feels ...", with true or false for an answer.

A true statement names one of the person's annotated categories; a false one a category that was not annotated and
whose prototype lies at least `DISTANT` from that of every annotated one. Each category is stated as often falsely as
truly, so that a statement by itself, and how common its category is, tell nothing: who does not read valence and
arousal is at chance. Each person is asked about once at most; who is left over when no category can be stated both ways
is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from harness.kinds.derive._derivation import Derivation, Made, about, generator
from harness.record import Item
from harness.stats.arrays import Bools
from va_extractor.emotions.norms import norms
from va_extractor.emotions.prototypes import prototypes

DISTANT = 0.5
TRUE, FALSE = "true", "false"
LABELS = (TRUE, FALSE)


def weigh(item: Item) -> list[float]:
    """Find a statement true whose prototype lies nearer than half of the published terms do."""
    point = np.array([item.valence, item.arousal])
    named = float(np.linalg.norm(prototypes([str(item.statement)])[0] - point))
    usual = float(np.median(np.linalg.norm(_terms() - point, axis=1)))
    scores = {TRUE: usual - named, FALSE: named - usual}
    return [scores[choice] for choice in item.choices]


def distant(annotated: Sequence[str], categories: Sequence[str]) -> list[str]:
    """Return those categories, none of them annotated, that lie at least `DISTANT` from every annotated one."""
    apart = np.linalg.norm(prototypes(categories)[:, None] - prototypes(annotated)[None], axis=2).min(axis=1)
    pairs = zip(categories, apart, strict=True)
    return [name for name, gap in pairs if gap >= DISTANT and name not in annotated]


def _make(items: Sequence[Item]) -> Made:
    labelled = [item for item in items if item.labels]
    categories = sorted({label for item in labelled for label in item.labels})
    true = np.array([[name in item.labels for name in categories] for item in labelled], dtype=bool)
    far = [set(distant(item.labels, categories)) for item in labelled]
    false = np.array([[name in others for name in categories] for others in far], dtype=bool)
    asked = [
        about(labelled[place], [answer], categories[category])
        for place, category, answer in sorted(_stated(true, false, generator(items, "judge")))
    ]
    left = {"no_label": len(items) - len(labelled), "no_counterpart": len(labelled) - len(asked)}
    return Made(asked, {reason: count for reason, count in left.items() if count})


def _stated(true: Bools, false: Bools, rng: np.random.Generator) -> Iterator[tuple[int, int, str]]:
    """Choose statements two by two, each time of the category stated least so far: one true, one false.

    Args:
        true: (n, k) whether a category was annotated for a row.
        false: (n, k) whether it can be stated falsely of it.
        rng: decides between categories stated equally often, and between rows.

    Yields:
        Row, category and answer, each row once at most.
    """
    if not true.size:
        return
    free, uses = np.ones(len(true), dtype=bool), np.zeros(true.shape[1])
    while (possible := true[free].any(axis=0) & false[free].any(axis=0)).any():
        category = int(np.argmin(np.where(possible, uses + rng.random(uses.size), np.inf)))
        uses[category] += 1
        for answer, able in ((TRUE, true), (FALSE, false)):
            place = int(rng.choice(np.flatnonzero(free & able[:, category])))
            free[place] = False
            yield place, category, answer


@cache
def _terms() -> np.ndarray:
    return np.array([(norm.valence, norm.arousal) for norm in norms().values()])


DERIVATION = Derivation(LABELS, _make, weigh, shows=("valence", "arousal", "statement"))
