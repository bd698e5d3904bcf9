"""What a kind of question needs to be asked, read, scored and answered by baselines."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.metrics.outcome import Outcome
from harness.record import Item, Parsed

if TYPE_CHECKING:
    from harness.kinds.arrays import Answered
    from harness.record import ItemScores
    from harness.tasks.documents import Doc


class Form(ABC):
    """One kind of question.

    Attributes:
        asks: what is asked for, in a few words.
        weighs: whether its baselines answer from the share they give each choice (`say`), or from documents (`texts`).
    """

    asks: str
    weighs: bool = True

    @abstractmethod
    def target(self, doc: Doc) -> str:
        """Return the right answer as examples show it."""

    @abstractmethod
    def read(self, item: Item, text: str) -> Parsed:
        """Read a text answer to `item`."""

    def scores(self, item: Item, parsed: Parsed) -> ItemScores:
        """Score one answer by itself; higher is better, and the score that tells most stands first.

        Raises:
            NotImplementedError: the form's answers are measured all at once, by `harness.kinds.measures`.
        """
        raise NotImplementedError

    @abstractmethod
    def outcome(self, labels: tuple[str, ...], answered: Sequence[Answered]) -> Outcome:
        """Arrange answered items as arrays."""

    def oracle(self, doc: Doc) -> str:
        """Return the right answer as exactly as it can be given."""
        return self.target(doc)

    def shares(self, doc: Doc) -> tuple[float, ...] | None:
        """Return the true share of each choice; None where none are asked for."""
        return None

    def say(self, choices: Sequence[str], shares: Sequence[float]) -> str:
        """Return the answer of who gives each choice this share; the shares sum to 1.

        Raises:
            NotImplementedError: the form weighs no choices.
        """
        raise NotImplementedError

    def texts(self, name: str, docs: Sequence[Doc], learned: Sequence[Doc]) -> list[str]:
        """Return a baseline's answers to documents without choices.

        Args:
            name: of the baseline.
            docs: n documents.
            learned: what it may learn from.

        Raises:
            NotImplementedError: the form weighs choices.
        """
        raise NotImplementedError


def generator(doc: Doc) -> np.random.Generator:
    """Return the item's own generator: its random answer does not depend on which others are asked."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(doc["item_id"].encode()).digest()[:8]))
