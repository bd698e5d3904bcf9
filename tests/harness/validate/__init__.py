"""Tests of `harness.validate`."""
