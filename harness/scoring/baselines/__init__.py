"""Baselines: answers from valence and arousal, or from nothing, by rules a reader can check."""
