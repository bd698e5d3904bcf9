"""Where images come from: each source lists faces to measure."""

from va_extractor.sources.item import ImageItem

__all__ = ["ImageItem"]
