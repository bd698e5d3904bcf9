"""Title, terms and citation of each source of images, for the provenance."""

from __future__ import annotations

from dataclasses import dataclass

from va_extractor.annotations.emotic.person import CITATION, HOMEPAGE


@dataclass(frozen=True)
class Terms:
    """A source's title, terms and citation.

    Attributes:
        title: one line for people.
        licence: terms of the source's images and labels.
        citation: the work to cite.
        homepage: where to get the source; None if it has no page.
        annotator_merge: how several annotators' labels were merged; None if there is one.
    """

    title: str
    licence: str
    citation: str
    homepage: str | None = None
    annotator_merge: str | None = None


UNKNOWN = Terms(
    title="Faces measured by their owner",
    licence="not stated (vaemo-extract images --licence)",
    citation="not stated (vaemo-extract images --citation)",
)

TERMS = {
    "iimi": Terms(
        title="IIMI: acted faces of six basic emotions and neutral",
        licence="IIMI's own terms, as agreed with the source of your images",
        citation="the IIMI publication named in the terms you agreed to",
    ),
    "emotic": Terms(
        title="EMOTIC: people in context, valence and arousal measured from their faces",
        licence="EMOTIC: for non-commercial research, on request from its authors; these rows are under the same terms",
        citation=CITATION,
        homepage=HOMEPAGE,
        annotator_merge="union",
    ),
}
