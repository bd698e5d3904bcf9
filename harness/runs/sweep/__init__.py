"""One task asked in many ways, and what each axis of the prompt does to its score (docs/axes.md)."""
