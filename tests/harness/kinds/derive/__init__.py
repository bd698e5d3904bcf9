"""Tests of `harness.kinds.derive`."""
