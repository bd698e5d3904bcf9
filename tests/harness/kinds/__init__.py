"""Tests of `harness.kinds`."""
