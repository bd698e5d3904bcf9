"""Measure many images: worker processes on this machine, or a Ray cluster. Both write the same bytes."""

from va_extractor.faces.engines.work import Worker

__all__ = ["Worker"]
