"""Two sentences that tell how a sequence of valence and arousal begins and how it ends.

Baselines name published terms: `prototype` those nearest to the first and the last point, `majority` those nearest to
the mean first and the mean last point of all items, `uniform` two random ones. The control `oracle` overdoes the
change, to three times its size, so that the reader's error on a single word does not decide on its direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.kinds.base import Form, generator
from harness.metrics.outcome import Changed
from harness.record import Item, Parsed
from harness.stats.arrays import Floats
from harness.text.labels import parse_description
from harness.text.parts import FIRST, LAST, parts
from va_extractor.common.errors import InputError
from va_extractor.emotions.norms import norms

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.tasks.documents import Doc

ENDS = ("read_first_valence", "read_first_arousal", "read_last_valence", "read_last_arousal")
"""Per-item scores that hold what was read."""


def ends_given(item: Item) -> Floats:
    """Return the (2, 2) first and last point of the sequence that an item shows."""
    points = item.given.points if item.given else ()
    return np.array([points[0], points[-1]], dtype=np.float64)


class Change(Form):
    """A beginning and an end, a sentence each."""

    asks = "two sentences: how it is at first, and in the end"
    weighs = False

    def target(self, doc: Doc) -> str:
        """Name the published terms nearest to the first and to the last point.

        Raises:
            InputError: the document shows no sequence.
        """
        return _said(*_ends(doc))

    def oracle(self, doc: Doc) -> str:
        """Do the same of a change three times as large."""
        first, last = _ends(doc)
        return _said(2 * first - last, 2 * last - first)

    def read(self, item: Item, text: str) -> Parsed:
        """Keep both sentences, a line each, without the words that announce them."""
        parsed = parse_description(text)
        if parsed.text is None:
            return parsed
        found = parts(parsed.text)
        if isinstance(found, str):
            return Parsed(status="unparsed", reason=found)
        return Parsed(status="ok", text=f"{found.first}\n{found.last}")

    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Changed:
        """Arrange what was given and what was read at both ends."""
        from harness.kinds.arrays import column

        names = sorted({name for one in answered for name in one.scores})
        columns = {name: column([one.scores.get(name) for one in answered]) for name in names}
        return Changed(
            columns,
            given=np.array([ends_given(one.item) for one in answered]),
            read=np.stack([columns[name] for name in ENDS], axis=1).reshape(-1, 2, 2),
            told=~np.isnan(np.stack([columns["valence_direction"], columns["arousal_direction"]], axis=1)),
            answered=np.array([one.parsed.text is not None for one in answered]),
        )

    def texts(self, name: str, docs: Sequence[Doc], learned: Sequence[Doc]) -> list[str]:
        """Name two random terms (`uniform`), those nearest to the mean ends (`majority`), or the targets."""
        if name == "uniform":
            terms = tuple(norms())
            drawn = [generator(doc).integers(len(terms), size=2) for doc in docs]
            return [_sentences(terms[first], terms[last]) for first, last in drawn]
        if name == "majority":
            first, last = np.mean([_ends(doc) for doc in learned], axis=0)
            return [_said(first, last)] * len(docs)
        return [self.target(doc) for doc in docs]


def _ends(doc: Doc) -> tuple[Floats, Floats]:
    if not doc["points"]:
        raise InputError("a change task shows a sequence: write metadata.derive: trajectory")
    return np.array(doc["points"][0]), np.array(doc["points"][-1])


def _said(first: Floats, last: Floats) -> str:
    places = np.array([(norm.valence, norm.arousal) for norm in norms().values()])
    terms = tuple(norms())
    return _sentences(*(terms[int(np.linalg.norm(places - point, axis=1).argmin())] for point in (first, last)))


def _sentences(first: str, last: str) -> str:
    called = "the person's emotional state can be called"
    return f"{FIRST}, {called} {first}. {LAST}, {called} {last}."


FORM = Change()
