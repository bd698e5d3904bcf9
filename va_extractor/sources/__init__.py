"""Sources of images: each module lists the faces to measure."""

from va_extractor.sources.item import ImageItem

__all__ = ["ImageItem"]
