"""Intervals, bootstrap, power and agreement, independent of the task."""
