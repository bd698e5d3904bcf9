"""The answer cache: each answer is on disk when it arrives, and is never requested twice."""
