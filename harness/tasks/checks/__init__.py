"""Whether a task works: one check a function, each finding by file, line and key, with its fix."""
