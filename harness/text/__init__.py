"""Measures of a description's text: what it says about valence, arousal and emotion, and how it says it."""
