"""Whether a statement "the person feels ..." is true or false.

A true statement names an annotated category. A false one names a category that is not annotated and whose prototype is
at least `DISTANT` from all annotated ones. Each category is used as often in false as in true statements, so a model
that ignores valence and arousal scores at chance. Each item is used at most once; items are left out when no category
can be used both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from harness.kinds.derive._derivation import Derivation, Made, about, generator
from harness.record import Item
from harness.stats.arrays import Bools
from va_extractor.emotions.prototypes import norms, prototypes

DISTANT = 0.5
TRUE, FALSE = "true", "false"
LABELS = (TRUE, FALSE)


def weigh(item: Item) -> list[float]:
    """Score a statement as true if its prototype is nearer than half of the published terms."""
    point = np.array([item.valence, item.arousal])
    named = float(np.linalg.norm(prototypes([str(item.statement)])[0] - point))
    usual = float(np.median(np.linalg.norm(_terms() - point, axis=1)))
    scores = {TRUE: usual - named, FALSE: named - usual}
    return [scores[choice] for choice in item.choices]


def distant(annotated: Sequence[str], categories: Sequence[str]) -> list[str]:
    """Return the categories that are not annotated and at least `DISTANT` from every annotated one."""
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
    """Choose pairs of a true and a false statement, each time of the category used least so far.

    Args:
        true: (n, k) whether a category was annotated for a row.
        false: (n, k) whether a category can be in a false statement about a row.
        rng: breaks ties between categories, and chooses rows.

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
