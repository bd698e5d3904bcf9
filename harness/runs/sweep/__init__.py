"""Run one task with varied prompts, and measure the effect of each axis (docs/axes.md)."""
