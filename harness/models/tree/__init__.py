"""Log-likelihoods of many continuations of shared prompts: each distinct token prefix is forwarded once."""
