"""A task and a model become a run record."""
