"""Baselines: answers from valence and arousal, or from nothing, by simple rules."""
