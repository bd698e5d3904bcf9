"""Find emotion words in a text, place them on published emotion wheels, and compare them with labels.

Two published wheels place each term on two levels (`emotion_terms.csv`, one line a term with its word forms): the
tree of 135 emotion names of Shaver, Schwartz, Kirson & O'Connor (1987), J. Personality and Social Psychology 52(6),
1061-1086, and the Feeling Wheel of Willcox (1982), Transactional Analysis J. 12(4), 274-276. Terms that neither work
names are placed with their nearest synonym; those placements, and the word forms, are ours. A score is the mean
over the wheels on which the annotated labels have a place, as in open-vocabulary emotion recognition
 (Lian et al. 2024, OV-MER, arXiv:2410.01495).
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.text.words import words

Vocabulary = Literal["basic", "emotic"]
WHEELS = ("shaver", "willcox")

Places = tuple[frozenset[str], ...]
"""Nodes on each of `WHEELS`."""

# The term for each label whose own name is not in the table.
_LABEL_TERM = {"disquietment": "uneasiness", "doubt/confusion": "confusion", "neutral": "neutrality"}
_LABEL_TERM |= {"disconnection": "apathy", "pleasure": "pleasure", "sensitivity": "vulnerability"}


@dataclass(frozen=True)
class Term:
    """One emotion term and its places.

    Attributes:
        name: the base form.
        nodes: "level 1" or "level 1/level 2" by wheel; a wheel without the term is absent.
        labels: categories of our reading, by vocabulary.
    """

    name: str
    nodes: dict[str, str]
    labels: dict[Vocabulary, frozenset[str]]


@cache
def _terms() -> dict[str, Term]:
    """Return the table's terms by every word form; two-word forms are joined by "_"."""
    out: dict[str, Term] = {}
    with files("harness.text").joinpath("emotion_terms.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            term = Term(
                row["term"],
                {wheel: row[wheel] for wheel in WHEELS if row[wheel]},
                {"basic": frozenset(row["basic"].split()), "emotic": frozenset(row["emotic"].split())},
            )
            out |= dict.fromkeys([row["term"], *row["forms"].split()], term)
    return out


def noun(word: str) -> str | None:
    """Return the table's base form of a word, a noun ("fearful": "fear"); None where it is itself one or unknown."""
    term = _terms().get(word)
    return term.name if term and term.name != word else None


def known_words() -> frozenset[str]:
    """Return every word form of the table, in lower case."""
    return frozenset(_terms())


def find_terms(text: str) -> list[Term]:
    """Return the emotion terms that the text affirms, in order, each occurrence; negated ones are left out."""
    table = _terms()
    found = words(text)
    singles = [table[word.text] for word in found if not word.negated and word.text in table]
    doubles = [table[key] for a, b in pairwise(found) if not b.negated and (key := f"{a.text}_{b.text}") in table]
    return singles + doubles


def categories(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the labels that the text's emotion terms name.

    Args:
        text: any description.
        vocabulary: "basic" (anger, disgust, fear, happiness, neutral, sadness, surprise) or "emotic" (EMOTIC's 26).
    """
    return frozenset[str]().union(*(term.labels[vocabulary] for term in find_terms(text)))


def _node(term: Term, wheel: str, level: int) -> str | None:
    """Return the term's node at level 1 or 2 of a wheel, or itself there at level 3; None where it has none so deep."""
    path = term.nodes.get(wheel, "").split("/")
    if level == 3:
        return "/".join([*path, term.name]) if path[0] else None
    return "/".join(path[:level]) if path[0] and len(path) >= level else None


def places(terms: Collection[Term], level: int) -> Places:
    """Return the terms' nodes on each wheel at level 1, 2 or 3."""
    return tuple(frozenset(node for term in terms if (node := _node(term, wheel, level))) for wheel in WHEELS)


def label_places(labels: Collection[str], level: int) -> Places:
    """Return the nodes of annotated labels (basic or EMOTIC names, any case) on each wheel."""
    return places([term for label in labels if (term := label_term(label))], level)


def label_term(label: str) -> Term | None:
    """Return the term that stands for an annotated label; None where the table has none."""
    name = label.strip().lower()
    return _terms().get(_LABEL_TERM.get(name, name))


def set_f1(found: frozenset[str], true: frozenset[str]) -> float:
    """Return 2 |both| / (|found| + |true|); NaN where nothing is true."""
    return 2.0 * len(found & true) / (len(found) + len(true)) if true else float("nan")


def places_f1(found: Places, true: Places) -> float:
    """Return the mean over wheels of `set_f1`, of those with a true node; NaN where none has one."""
    scores = [set_f1(*pair) for pair in zip(found, true, strict=True) if pair[1]]
    return sum(scores) / len(scores) if scores else float("nan")


def wheel_f1(texts: Sequence[str], labels: Sequence[Collection[str]], level: int) -> NDArray[np.float64]:
    """Return, for each text, the F1 of its terms' wheel nodes against those of its annotated labels.

    Args:
        texts: n descriptions.
        labels: n sets of annotated labels (basic or EMOTIC names, any case).
        level: 1 (families, such as joy), 2 (such as joy/cheerfulness) or 3 (the term, in any of its forms).

    Returns:
        Shape (n,), in [0, 1], the mean over wheels; NaN where no wheel has a place for any of the labels.
    """
    pairs = zip(texts, labels, strict=True)
    return np.array([places_f1(places(find_terms(text), level), label_places(names, level)) for text, names in pairs])


def category_f1(texts: Sequence[str], labels: Sequence[Collection[str]], vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Return, for each text, the F1 of the labels it names against its annotated labels.

    Returns:
        Shape (n,), in [0, 1]; NaN where an item has no annotated label.
    """
    pairs = zip(texts, labels, strict=True)
    return np.array([set_f1(categories(t, vocabulary), frozenset(n.strip().lower() for n in ls)) for t, ls in pairs])
