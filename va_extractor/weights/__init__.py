"""Trained weights: origin and terms, download, conversion and check."""

from va_extractor.weights.published import Weights

__all__ = ["Weights"]
