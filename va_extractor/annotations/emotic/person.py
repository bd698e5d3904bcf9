"""One annotated person of an EMOTIC image, read from either file form."""

from __future__ import annotations

from dataclasses import dataclass

LOW, HIGH = 1.0, 10.0
"""EMOTIC's scale of valence, arousal and dominance (Kosti et al. 2020)."""

SPLITS = ("train", "val", "test")

CITATION = (
    "Kosti, R., Alvarez, J. M., Recasens, A. & Lapedriza, A. (2020). Context Based Emotion Recognition using EMOTIC "
    "Dataset. IEEE TPAMI 42(11), 2755-2766. doi:10.1109/TPAMI.2019.2916866"
)
HOMEPAGE = "https://github.com/rkosti/emotic"


@dataclass(frozen=True)
class Person:
    """One annotated person.

    Attributes:
        image: folder and file name of the image, as EMOTIC names it: `mscoco/images/COCO_val2014_000000562243.jpg`.
        index: position among the persons of that image in the annotation file, from 0.
        box: (left, top, right, bottom) of the body in pixels, cut to the image where its size is given.
        categories: labels that any annotator gave, in EMOTIC's order.
        annotated: each annotator's own labels, in EMOTIC's order; empty where the file has merged labels only.
        vad: valence, arousal, dominance on 1..10, the mean over annotators; NaN where nobody rated.
    """

    image: str
    index: int
    box: tuple[int, int, int, int]
    categories: tuple[str, ...]
    annotated: tuple[tuple[str, ...], ...]
    vad: tuple[float, float, float]

    @property
    def name(self) -> str:
        """How a file of references names this person: `folder/filename#index`."""
        return f"{self.image}#{self.index}"

    @property
    def annotators(self) -> int | None:
        """How many annotators gave categories; None where the file does not say."""
        return len(self.annotated) or None

    @property
    def votes(self) -> tuple[int, ...]:
        """How many annotators gave each of `categories`; empty where the file has merged labels only."""
        if not self.annotated:
            return ()
        return tuple(sum(label in labels for labels in self.annotated) for label in self.categories)

    @property
    def several(self) -> tuple[tuple[str, ...], ...] | None:
        """Each annotator's own labels; None where one annotator labelled, or they are unknown."""
        return self.annotated if len(self.annotated) > 1 else None

    @property
    def weights(self) -> tuple[float, ...] | None:
        """Votes for each category / the most votes of any; None where one annotator labelled, or votes are unknown."""
        if self.annotators in (None, 1):
            return None
        votes = self.votes
        return tuple(count / max(votes) for count in votes)
