"""Tests of `harness.forms`."""
