"""Tests of `harness.metrics`."""
