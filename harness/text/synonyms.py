"""Other words that name a label, from published tables; nothing is added by ear.

The adjectives are the terms under which Russell & Mehrabian (1977) rated the same states
(`va_extractor.emotions.prototypes`), and `joy` is the name under which Demszky et al. (2020, GoEmotions, arXiv
2005.00547, Ekman grouping) carry happiness.
"""

from __future__ import annotations

SYNONYMS: dict[str, tuple[str, ...]] = {
    "anger": ("angry",),
    "disgust": ("disgusted",),
    "fear": ("fearful",),
    "happiness": ("happy", "joy"),
    "sadness": ("sad",),
    "surprise": ("surprised",),
}
