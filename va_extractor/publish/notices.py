"""Terms and citations of the extractors, for the card of a published dataset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One extractor's terms.

    Attributes:
        terms: what its terms allow, and what is unclear.
        citation: the work to cite.
    """

    terms: str
    citation: str


NOTICES = {
    "facechannel": Notice(
        terms=(
            "Valence and arousal were measured by FaceChannel. Its author's statements on licence differ (LGPL-3 in "
            "the repository's licence file, MIT in the package, 'non-commercial research' in the README), and "
            "AffectNet, on which such networks are trained, is for research only. Its weights are not part of this "
            "dataset. Use these numbers for non-commercial research only, unless the rights holders allow more."
        ),
        citation=(
            "Barros, P., Churamani, N. & Sciutti, A. (2020). The FaceChannel: A Fast and Furious Deep Neural Network "
            "for Facial Expression Recognition. SN Computer Science 1. doi:10.1007/s42979-020-00325-6"
        ),
    ),
    "emotieffnet": Notice(
        terms=(
            "Valence and arousal were measured by EmotiEffNet, trained on AffectNet, whose terms allow research only. "
            "Its weights are not part of this dataset. Use these numbers for non-commercial research only, unless "
            "the rights holders allow more."
        ),
        citation=(
            "Savchenko, A. V., Savchenko, L. V. & Makarov, I. (2022). Classifying Emotions and Engagement in Online "
            "Learning Based on a Single Facial Expression Recognition Neural Network. IEEE Transactions on Affective "
            "Computing 13(4), 2132-2143. doi:10.1109/TAFFC.2022.3188390"
        ),
    ),
}
"""By `va_source`; other rows have no extractor."""
