"""A text, compared with the item's references and read back as valence and arousal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.arrays import column, points, scored
from harness.kinds.base import Answered, Baseline, Kind, generator
from harness.kinds.measures import rows, styled
from harness.metrics.outcome import Described
from harness.record import Item, ItemScores, Parsed
from harness.stats.arrays import Floats
from harness.text.emotion_words import wheel_f1
from harness.text.labels import parse_description
from harness.text.similarity import similarities
from harness.text.va_readback import same_quadrant, same_quadrant_by_chance
from va_extractor.emotions.prototypes import norms

if TYPE_CHECKING:
    from harness.kinds.measures import Instruments, Part

STATIC = "_static"
"""Ends the names of scores by static word vectors."""


class Description(Kind):
    """A text."""

    asks = "a sentence"
    families = ("description",)
    offers = None
    has_examples = True
    references = True
    measured = True
    known_metric = "own_auc"
    ceilings = "texts"

    def left_out(self, item: Item) -> str | None:
        """Leave out items without a reference."""
        return None if item.references else "no_reference"

    def target(self, item: Item) -> str:
        """Return the first reference."""
        return item.references[0]

    def example(self, item: Item, language: str) -> str:
        """Return the first reference."""
        return item.references[0]

    def read(self, item: Item, text: str) -> Parsed:
        """Keep the text."""
        return parse_description(text)

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

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Described:
        """Arrange scores and the points given."""
        given = {name: column([getattr(one.item, name) for one in answered]) for name in ("valence", "arousal")}
        return Described(scored(answered) | given)

    def answers(self, by: Baseline) -> list[str]:
        """Name a term or label in a sentence; `knn` quotes the nearest train item."""
        terms = tuple(norms())
        if by.name == "uniform":
            return [sentence(terms[int(generator(item).integers(len(terms)))]) for item in by.items]
        if by.name == "knn":
            return [by.train[place].references[0] for place in by.nearest()]
        known = tuple(sorted({label for item in by.train for label in item.labels}))
        labels = terms if by.name in ("prototype", "gaussian") else known
        return [sentence(labels[place].casefold()) for place in by.label_scores(labels).argmax(axis=1)]


def sentence(word: str) -> str:
    """Return a baseline's description with `word`."""
    return f"The person's emotional state can be called {word}."


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
