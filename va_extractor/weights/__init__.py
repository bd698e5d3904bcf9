"""Trained weights: what is needed, where it comes from, on what terms, and whether a file is the right one."""

from va_extractor.weights.registry import WEIGHTS, Weights, named

__all__ = ["WEIGHTS", "Weights", "named"]
