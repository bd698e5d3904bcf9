"""Models that answer: the choice of `--model`, lm-eval's back ends, API clients, the prefix tree, and the answer cache."""
