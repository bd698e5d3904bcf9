"""What is read from a text: labels, numbers, reasoning, words, valence and arousal."""
