"""EMOTIC: people in context, annotated with 26 categories and with valence, arousal and dominance on 1..10.

Kosti, R., Alvarez, J. M., Recasens, A. & Lapedriza, A. (2020). Context Based Emotion Recognition using EMOTIC Dataset.
IEEE Transactions on Pattern Analysis and Machine Intelligence 42(11), doi:10.1109/TPAMI.2019.2916866.
"""

from va_extractor.annotations.emotic.features import Merge, features_from_emotic
from va_extractor.annotations.emotic.person import Person
from va_extractor.annotations.emotic.read import read_emotic

__all__ = ["Merge", "Person", "features_from_emotic", "read_emotic"]
