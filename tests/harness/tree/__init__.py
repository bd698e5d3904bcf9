"""Tests of `harness.tree`."""
