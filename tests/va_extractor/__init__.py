"""Tests of `va_extractor`."""
