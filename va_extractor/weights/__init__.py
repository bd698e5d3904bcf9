"""Trained weights: what is needed, where it comes from, on what terms, and whether a file is the right one."""

from va_extractor.weights.published import Weights

__all__ = ["Weights"]
