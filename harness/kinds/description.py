"""A text, read back as valence and arousal, and compared with the item's references where it has any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.arrays import column, points, scored
from harness.kinds.base import Answered, Baseline, Kind, generator
from harness.kinds.measures import rows, styled
from harness.metrics import Metric
from harness.metrics.outcome import Described
from harness.record import Answer, Item, ItemScores, Parsed
from harness.stats.arrays import Floats
from harness.text.best_words import best_words
from harness.text.descriptions import parse_description
from harness.text.echo import is_echo
from harness.text.emotion_words import wheel_f1
from harness.text.english import NOT_ENGLISH, is_english
from harness.text.similarity import similarities
from harness.text.va_readback import same_quadrant, same_quadrant_by_chance
from va_extractor.emotions.prototypes import norms

if TYPE_CHECKING:
    from harness.kinds.measures import Instruments, Part

_NEAR = 8

STATIC = "_static"
"""Ends the names of scores by static word vectors."""


ATTENUATION = "the reader's errors lower it: right words that are new to the reader get 0.57 to 0.67"
"""Measured: `docs/metrics.md`."""


class Description(Kind):
    """A text."""

    asks = "a sentence"
    families = ("va_ccc", "description")
    offers = None
    has_examples = True
    references = True
    measured = True
    known_metric = "own_auc"
    ceilings = "texts"

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that apply; the main one says what the reader's own errors take away."""
        return tuple(replace(one, caveat=ATTENUATION) if one.name == "va_ccc" else one for one in super().metrics)

    def target(self, item: Item) -> str:
        """Return the first reference; without one, name the nearest published term."""
        return item.references[0] if item.references else sentence(*nearest_terms([item], 1)[0])

    def example(self, item: Item, language: str) -> str:
        """Return the target."""
        return self.target(item)

    def read(self, item: Item, text: str) -> Parsed:
        """Keep the text if it is English."""
        parsed = parse_description(text)
        return parsed if parsed.text is None or is_english(parsed.text) else NOT_ENGLISH

    def measure(
        self, items: Sequence[Item], texts: Sequence[str | None], by: Instruments, parts: frozenset[Part]
    ) -> list[ItemScores]:
        """Score nearness to references, the point read back, and style."""
        near = similarities(items, texts, by.embed) if "near" in parts else [{} for _ in items]
        static = similarities(items, texts, by.embed_static) if "static" in parts else [{} for _ in items]
        columns = _read_back(items, texts, by) if "read" in parts else {}
        columns |= _written(items, texts) if "written" in parts else {}
        return [
            {**one, **{name + STATIC: score for name, score in other.items()}, **row}
            for one, other, row in zip(near, static, rows(columns, len(items)), strict=True)
        ]

    def item_scores(self, item: Item, answer: Answer, scores: ItemScores) -> ItemScores:
        """Put one minus the distance of the point read, as a fraction of the largest possible, first."""
        read = [scores.get(f"read_{name}") for name in ("valence", "arousal")]
        if None in read:
            return scores
        gap = np.linalg.norm(np.array(read, dtype=np.float64) - points([item])[0])
        return {"nearness": 1 - float(gap) / (2 * sqrt(2)), **scores}

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Described:
        """Arrange scores and the points given."""
        given = {name: column([getattr(one.item, name) for one in answered]) for name in ("valence", "arousal")}
        return Described(scored(answered) | given)

    def say_words(self, words: Sequence[str]) -> str:
        """Name the words in a sentence."""
        return sentence(*words)

    def answers(self, by: Baseline) -> list[str]:
        """Name a term or label in a sentence; `knn` quotes the nearest train item.

        `majority` always names the terms that score highest on `wheel_f1` in the train split (any constant has a CCC
        of 0); where no train item has a label on a wheel, that nearest to the mean point.
        """
        terms = vocabulary()
        if by.name == "uniform":
            return [sentence(terms[int(generator(item).integers(len(terms)))]) for item in by.items]
        if by.name == "majority":
            mean = dict(zip(("valence", "arousal"), points(by.train).mean(axis=0).tolist(), strict=True))
            [found] = best_words([item.labels for item in by.train], [np.arange(len(by.train))])
            return [sentence(*(found or nearest_terms([by.train[0].model_copy(update=mean)], 1)[0]))] * len(by.items)
        if by.name == "knn":
            return [self.target(by.train[place]) for place in by.nearest()]
        known = tuple(sorted({label for item in by.train for label in item.labels}))
        labels = terms if by.name in ("prototype", "gaussian") else known
        return [sentence(labels[place].casefold()) for place in by.label_scores(labels).argmax(axis=1)]


def sentence(*words: str) -> str:
    """Return a baseline's description with one or more words."""
    return f"The person's emotional state can be called {' and '.join(words)}."


@cache
def vocabulary() -> tuple[str, ...]:
    """Return the published terms that describe: not those of the question, such as "activated"."""
    return tuple(term for term in norms() if not is_echo(term))


def nearest_terms(items: Sequence[Item], count: int) -> list[tuple[str, ...]]:
    """Return for each item the `count` published terms, of its `_NEAR` nearest, whose mean is nearest to it."""
    terms = vocabulary()
    places = np.array([(norms()[term].valence, norms()[term].arousal) for term in terms])
    given = points(items)
    near = np.linalg.norm(given[:, None] - places, axis=2).argsort(axis=1, kind="stable")[:, :_NEAR]
    chosen = np.array(list(combinations(range(_NEAR), count)))
    means = places[near[:, chosen]].mean(axis=2)
    best = np.linalg.norm(means - given[:, None], axis=2).argmin(axis=1)
    named = near[np.arange(len(near))[:, None], chosen[best]].tolist()
    return [tuple(terms[place] for place in row) for row in named]


def _read_back(items: Sequence[Item], texts: Sequence[str | None], by: Instruments) -> dict[str, Floats]:
    """Read valence and arousal back, and compare them with the item's."""
    given = points(items)
    answered = np.array([text is not None for text in texts])
    read = np.where(answered[:, None], by.read([text or "" for text in texts]), 0.0)
    agreed = same_quadrant(read, given, by.read_sd)
    floor = same_quadrant_by_chance(read, given, by.read_sd, [item.cluster_id for item in items])
    return {
        "read_valence": read[:, 0],
        "read_arousal": read[:, 1],
        "same_quadrant": np.where(answered, agreed, 0.0),
        "same_quadrant_shuffled": np.where(answered, floor, 0.0),
    }


def _written(items: Sequence[Item], texts: Sequence[str | None]) -> dict[str, Floats]:
    labels, said = [item.labels for item in items], [text or "" for text in texts]
    return {
        "wheel_f1": wheel_f1(said, labels, level=1),
        "wheel_f1_fine": wheel_f1(said, labels, level=2),
        **styled(texts),
    }


KIND = Description()
