"""Emotion words of the model's own choice, compared with the annotated labels on published wheels.

Words are found by the table of terms (`harness.text.emotion_words`), negated ones left out; an answer without any is
unparsed. A word outside the table is not seen, for or against the answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import Form, generator
from harness.metrics import ontology
from harness.metrics.outcome import Described
from harness.record import Item, Parsed
from harness.text.emotion_words import Term, find_terms, label_term, set_f1, wheel_f1
from harness.text.labels import parse_description
from va_extractor.common.errors import InputError
from va_extractor.emotions.norms import norms

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.record import ItemScores
    from harness.tasks.documents import Doc

_CONSTANT = {"majority": 1, "top5": 5, "all": None}
LEVELS = {"family_f1": 1, "cluster_f1": 2, "term_f1": 3}


class Words(Form):
    """Free emotion words."""

    asks = "emotion words of its own choice"
    weighs = False

    def target(self, doc: Doc) -> str:
        """Return the terms that stand for the labels."""
        return ", ".join(dict.fromkeys(_term_of(label) for label in doc["labels"]))

    def read(self, item: Item, text: str) -> Parsed:
        """Keep the text where it holds an emotion word."""
        parsed = parse_description(text)
        if parsed.text is not None and not find_terms(parsed.text):
            return Parsed(status="unparsed")
        return parsed

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return F1 at each level of the wheels and by pole, None where the labels have no place there."""
        said = parsed.text or ""
        found = {term.name: term for term in find_terms(said)}
        by_level = {name: float(wheel_f1([said], [item.labels], level)[0]) for name, level in LEVELS.items()}
        by_pole = set_f1(_poles(found.values()), frozenset(ontology.poles(item.labels) or ()))
        values = by_level | {"word_pole_f1": by_pole, "words_named": float(len(found))}
        return {name: None if math.isnan(value) else value for name, value in values.items()}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Described:
        """Arrange the scores of single answers."""
        from harness.kinds.arrays import column

        rows = [self.scores(one.item, one.parsed) for one in answered]
        return Described({name: column([row[name] for row in rows]) for name in rows[0]})

    def texts(self, name: str, docs: Sequence[Doc], learned: Sequence[Doc]) -> list[str]:
        """Name the published term nearest to the point (`prototype`), the commonest labels, or a random term."""
        terms = _published()
        if name == "uniform":
            return [terms[int(generator(doc).integers(len(terms)))] for doc in docs]
        if name in _CONSTANT:
            counts = Counter(sorted(label for doc in learned for label in doc["labels"]))
            common = counts.most_common(_CONSTANT[name])
            return [", ".join(dict.fromkeys(_term_of(label) for label, _ in common))] * len(docs)
        places = np.array([(norms()[term].valence, norms()[term].arousal) for term in terms])
        points = np.array([(doc["valence"], doc["arousal"]) for doc in docs])
        nearest = np.linalg.norm(points[:, None] - places[None], axis=2).argmin(axis=1)
        return [terms[index] for index in nearest]


def _term_of(label: str) -> str:
    term = label_term(label)
    if term is None:
        raise InputError(f"no term of harness/text/emotion_terms.csv stands for the label {label!r}; add one there")
    return term.name.replace("_", " ")


def _poles(terms: Iterable[Term]) -> frozenset[str]:
    names = {name for term in terms for name in term.labels["emotic"] | term.labels["basic"]}
    return frozenset(pole for name in names for pole in ontology.poles([name]) or ())


@cache
def _published() -> tuple[str, ...]:
    """Return the published terms that a wheel has a place for."""
    return tuple(term for term in norms() if any(found.nodes for found in find_terms(term)))


FORM = Words()
