"""Tests of `harness.derive`."""
