"""Models that answer: the choice of `--model`, lm-eval, API clients, the prefix tree, and the answer cache."""
