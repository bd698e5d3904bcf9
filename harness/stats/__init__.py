"""Intervals, bootstrap, power and agreement; nothing here knows of emotion."""
