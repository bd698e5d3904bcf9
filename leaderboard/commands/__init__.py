"""The commands of `vaemo-leaderboard`, each with `add(commands)` and `run`; `report` is one of `vaemo-eval`."""
