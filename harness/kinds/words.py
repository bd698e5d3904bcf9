"""Free emotion words, compared with the annotated labels on published wheels.

Words are found by a table of terms (`harness.text.emotion_words`); negated ones are left out. An answer without any is
unparsed. Words outside the table are ignored.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from harness.kinds.arrays import column, points
from harness.kinds.base import FIXED, Answered, Baseline, Kind, generator
from harness.metrics import ontology
from harness.metrics.outcome import Described
from harness.record import Item, ItemScores, Parsed
from harness.text.best_words import best_words
from harness.text.descriptions import parse_description
from harness.text.emotion_words import Term, find_terms, label_term, set_f1, wheel_f1
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import norms

_COMMON = {"top5": 5, "all": None}
LEVELS = {"family_f1": 1, "cluster_f1": 2, "term_f1": 3}


class Words(Kind):
    """Free emotion words."""

    asks = "emotion words of its own choice"
    families = ("words",)
    offers = None
    answered_by = (*FIXED, "top5", "all")
    baselines = ("majority", "top5", "all", "prototype")
    ceilings = "labels"

    def left_out(self, item: Item) -> str | None:
        """Leave out items without a label."""
        return None if item.labels else "no_label"

    def target(self, item: Item) -> str:
        """Return the terms for the true labels."""
        return ", ".join(dict.fromkeys(_term_of(label) for label in item.labels))

    def read(self, item: Item, text: str) -> Parsed:
        """Keep the text if it holds an emotion word."""
        parsed = parse_description(text)
        if parsed.text is not None and not find_terms(parsed.text):
            return Parsed(status="unparsed")
        return parsed

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Return F1 at each level of the wheels and by pole, None if the labels are not on it."""
        said = parsed.text or ""
        found = {term.name: term for term in find_terms(said)}
        by_level = {name: float(wheel_f1([said], [item.labels], level)[0]) for name, level in LEVELS.items()}
        by_pole = set_f1(_poles(found.values()), frozenset(ontology.poles(item.labels) or ()))
        values = by_level | {"word_pole_f1": by_pole, "words_named": float(len(found))}
        return {name: None if math.isnan(value) else value for name, value in values.items()}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Described:
        """Arrange the scores of single answers."""
        rows = [self.scores(one.item, one.parsed) for one in answered]
        return Described({name: column([row[name] for row in rows]) for name in rows[0]})

    def say_set(self, labels: Sequence[str]) -> str:
        """Return the terms for labels; a label without a term is left out."""
        terms = [term for label in labels if (term := label_term(label))]
        return ", ".join(dict.fromkeys(term.name.replace("_", " ") for term in terms))

    def say_words(self, words: Sequence[str]) -> str:
        """List the words."""
        return ", ".join(words)

    def answers(self, by: Baseline) -> list[str]:
        """Name the published term nearest to the point (`prototype`), constant terms, or a random term.

        `majority` names those that score highest on `family_f1` in the train split, `top5` the commonest labels.
        """
        terms = _published()
        if by.name == "uniform":
            return [terms[int(generator(item).integers(len(terms)))] for item in by.items]
        if by.name == "majority":
            [best] = best_words([item.labels for item in by.train], [np.arange(len(by.train))])
            return [self.say_words(best)] * len(by.items)
        if by.name in _COMMON:
            counts = Counter(sorted(label for item in by.train for label in item.labels))
            common = counts.most_common(_COMMON[by.name])
            return [", ".join(dict.fromkeys(_term_of(label) for label, _ in common))] * len(by.items)
        places = np.array([(norms()[term].valence, norms()[term].arousal) for term in terms])
        nearest = np.linalg.norm(points(by.items)[:, None] - places[None], axis=2).argmin(axis=1)
        return [terms[index] for index in nearest]


def _term_of(label: str) -> str:
    term = label_term(label)
    if term is None:
        raise InputError(
            "no emotion word is known for this label",
            code="missing",
            field="labels",
            found=label,
            hint="add a term for it to harness/text/emotion_terms.csv",
        )
    return term.name.replace("_", " ")


def _poles(terms: Iterable[Term]) -> frozenset[str]:
    names = {name for term in terms for name in term.labels["emotic"] | term.labels["basic"]}
    return frozenset(pole for name in names for pole in ontology.poles([name]) or ())


@cache
def _published() -> tuple[str, ...]:
    """Return the published terms that are on a wheel."""
    return tuple(term for term in norms() if any(found.nodes for found in find_terms(term)))


KIND = Words()
