"""Emotion labels and terms: names, published norms, prototypes on the VA plane, and wording."""
