"""Tests of `harness.tasks.checks`."""
