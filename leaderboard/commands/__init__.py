"""The commands of `vaemo-leaderboard`: each module has `add(commands)` and sets `run`."""
