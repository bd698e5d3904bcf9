"""Whether a statement about a person's emotion is right: "the person feels ...", with true or false for an answer.

True statements name one of the person's annotated categories; false ones a category that was not annotated and whose
prototype lies at least `DISTANT` from that of every annotated one; who has none such is not asked, either way. Half the
statements are true. False categories are drawn in proportion to how often each is annotated, so that how common a
category is hardly gives the answer away; the shuffled control measures how far valence and arousal help beyond that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from harness.derive._derivation import Derivation, Derived, Made, Row, balanced, generator
from va_extractor.norms import norms
from va_extractor.prototypes import prototypes

if TYPE_CHECKING:
    from harness.docs import Doc

DISTANT = 0.5
TRUE, FALSE = "true", "false"
LABELS = (TRUE, FALSE)


def weigh(doc: Doc) -> list[float]:
    """Find a statement true whose prototype lies nearer than half of the published terms do."""
    point = np.array([doc["valence"], doc["arousal"]])
    named = float(np.linalg.norm(prototypes([str(doc["statement"])])[0] - point))
    usual = float(np.median(np.linalg.norm(_terms() - point, axis=1)))
    scores = {TRUE: usual - named, FALSE: named - usual}
    return [scores[choice] for choice in doc["choices"]]


def distant(annotated: Sequence[str], categories: Sequence[str]) -> list[str]:
    """Return those categories, none of them annotated, that lie at least `DISTANT` from every annotated one."""
    apart = np.linalg.norm(prototypes(categories)[:, None] - prototypes(annotated)[None], axis=2).min(axis=1)
    pairs = zip(categories, apart, strict=True)
    return [name for name, gap in pairs if gap >= DISTANT and name not in annotated]


def _make(rows: Sequence[Row]) -> Made:
    rng = generator(rows, "judge")
    counts = Counter(label for row in rows for label in row["labels"])
    categories = sorted(counts)
    labelled = [row for row in rows if row["labels"]]
    others = [distant(row["labels"], categories) for row in labelled]
    able = [(row, far) for row, far in zip(labelled, others, strict=True) if far]
    documents = []
    for (row, far), answer in zip(able, balanced(LABELS, len(able), rng), strict=True):
        offered = row["labels"] if answer == TRUE else far
        common = np.array([1.0 if answer == TRUE else counts[name] for name in offered])
        documents.append(
            Derived(
                item_id=row["item_id"],
                cluster_id=row["cluster_id"],
                valence=row["valence"],
                arousal=row["arousal"],
                labels=[answer],
                statement=offered[int(rng.choice(len(offered), p=common / common.sum()))],
            )
        )
    left = {"no_label": len(rows) - len(labelled), "no_distant_category": len(labelled) - len(able)}
    return Made(documents, {reason: count for reason, count in left.items() if count})


@cache
def _terms() -> np.ndarray:
    return np.array([(norm.valence, norm.arousal) for norm in norms().values()])


DERIVATION = Derivation(LABELS, _make, weigh, shows=("valence", "arousal", "statement"))
