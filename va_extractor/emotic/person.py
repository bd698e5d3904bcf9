"""One annotated person of an EMOTIC image, whichever file form it was read from."""

from __future__ import annotations

from dataclasses import dataclass

LOW, HIGH = 1.0, 10.0
"""EMOTIC's scale of valence, arousal and dominance (Kosti et al. 2020)."""

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Person:
    """One annotated person.

    Attributes:
        image: folder and file name of the image, as EMOTIC names it: `mscoco/images/COCO_val2014_000000562243.jpg`.
        index: place among the persons of that image in the annotation file, from 0.
        box: (left, top, right, bottom) of the body in pixels, cut to the image where its size is given.
        categories: labels that any annotator gave, in EMOTIC's order.
        votes: how many annotators gave each of `categories`; empty where the file holds the merged labels only.
        annotators: how many annotators gave categories; None where the file does not tell.
        vad: valence, arousal, dominance on 1..10, the mean over annotators; NaN where nobody rated.
    """

    image: str
    index: int
    box: tuple[int, int, int, int]
    categories: tuple[str, ...]
    votes: tuple[int, ...]
    annotators: int | None
    vad: tuple[float, float, float]

    @property
    def name(self) -> str:
        """How a file of references names this person: `folder/filename#index`."""
        return f"{self.image}#{self.index}"

    @property
    def weights(self) -> tuple[float, ...] | None:
        """Votes for each category / the most votes of any; None where one annotator labelled, or votes are unknown."""
        if self.annotators in (None, 1):
            return None
        return tuple(votes / max(self.votes) for votes in self.votes)
