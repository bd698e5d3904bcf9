"""Answers that are kept as they arrive, so that none is asked for twice."""
