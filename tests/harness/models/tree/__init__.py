"""Tests of `harness.models.tree`."""
